//! What is generated from the types is what is in the repository.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use hookvet_catalogue::schemas::render;

/// Folders that hold nothing but generated files.
const FOLDERS: [&str; 2] = ["schemas", "crates/catalogue/src/generated"];

#[test]
fn generated_files_are_those_in_the_repository() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let fresh = render();
    if env::var_os("UPDATE_SCHEMAS").is_some() {
        update(&root, &fresh);
    }
    let found = read(&root);
    let stale: Vec<_> = found.keys().filter(|path| !fresh.contains_key(*path)).collect();
    let missing: Vec<_> = fresh.keys().filter(|path| !found.contains_key(*path)).collect();
    let changed: Vec<_> = fresh
        .iter()
        .filter(|(path, text)| found.get(*path).is_some_and(|old| old != *text))
        .map(|(path, _)| path)
        .collect();
    assert!(
        stale.is_empty() && missing.is_empty() && changed.is_empty(),
        "generated files differ from the types: run `cargo xtask generate`, review the difference, commit it\n\
         no longer generated: {stale:#?}\nmissing: {missing:#?}\nchanged: {changed:#?}",
    );
}

#[test]
fn rendering_twice_gives_the_same() {
    assert_eq!(render(), render());
}

fn update(root: &Path, fresh: &BTreeMap<String, String>) {
    for path in read(root).keys().filter(|path| !fresh.contains_key(*path)) {
        fs::remove_file(root.join(path)).unwrap();
    }
    for (path, text) in fresh {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// Every file in the generated folders, by path relative to the root.
fn read(root: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut open: Vec<PathBuf> = FOLDERS.iter().map(|folder| root.join(folder)).filter(|path| path.is_dir()).collect();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let relative = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                files.insert(relative, fs::read_to_string(&path).unwrap());
            }
        }
    }
    files
}
