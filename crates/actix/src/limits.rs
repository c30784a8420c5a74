//! actix-web's own limits for bodies, which must not stand in the way of a body that was let through.

use std::rc::Rc;

use actix_web::dev::{Extensions, ServiceRequest};
use actix_web::web::{Data, JsonConfig, PayloadConfig};

/// What `web::Bytes` and `String` take where nobody says otherwise, in bytes; `web::Json` takes more.
const ACTIX_DEFAULT: usize = 256 * 1024;

/// Settings for actix's extractors with the vetter's limit.
pub(crate) struct Limits {
    max_body: usize,
    /// For an application without settings of its own.
    defaults: Rc<Extensions>,
}

impl Limits {
    pub(crate) fn new(max_body: usize) -> Self {
        Self { max_body, defaults: Rc::new(with_limit(None, None, max_body)) }
    }

    /// Lets the extractors behind take what the vetter takes. Everything else in the application's settings stays.
    pub(crate) fn raise(&self, request: &mut ServiceRequest) {
        let payload = set::<PayloadConfig>(request);
        let json = set::<JsonConfig>(request);
        if payload.is_some() || json.is_some() {
            let limits = with_limit(payload, json, self.max_body);
            request.add_data_container(Rc::new(limits));
        } else if self.max_body > ACTIX_DEFAULT {
            request.add_data_container(self.defaults.clone());
        }
    }
}

/// The settings that are in force for a request; actix takes them with and without `Data`.
fn set<C: Clone + 'static>(request: &ServiceRequest) -> Option<C> {
    request.app_data::<C>().or_else(|| request.app_data::<Data<C>>().map(Data::get_ref)).cloned()
}

fn with_limit(payload: Option<PayloadConfig>, json: Option<JsonConfig>, max_body: usize) -> Extensions {
    let mut extensions = Extensions::new();
    extensions.insert(payload.unwrap_or_default().limit(max_body));
    extensions.insert(json.unwrap_or_default().limit(max_body));
    extensions
}
