//! The identity of an event, for telling duplicates.

/// Joins a scope and an id by a space, percent-encoding spaces and percent signs inside either.
///
/// The scope is a CloudEvent's source or a Dataspike `webhook_id`; without one the key is the id alone.
///
/// # Example
/// ```
/// use hookvet_catalogue::event_key;
///
/// assert_eq!(event_key(Some("a b"), "50%"), "a%20b 50%25");
/// assert_eq!(event_key(None, "7"), "7");
/// ```
pub fn event_key(scope: Option<&str>, id: &str) -> String {
    let mut key = String::with_capacity(scope.map_or(0, str::len) + 1 + id.len());
    if let Some(scope) = scope {
        push(&mut key, scope);
        key.push(' ');
    }
    push(&mut key, id);
    key
}

fn push(key: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            ' ' => key.push_str("%20"),
            '%' => key.push_str("%25"),
            _ => key.push(character),
        }
    }
}
