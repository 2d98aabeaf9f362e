//! What `ARCHITECTURE.md` says is not there, looked for in the sources. `architecture.rs` does the same for dependencies.

use std::{fs, io, path::Path};

/// Files of a folder of `crates/`, by their path in it, without their tests.
fn sources(folder: &str) -> io::Result<Vec<(String, String)>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let mut sources = Vec::new();
    let mut waiting = vec![root.clone()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default();
            if path.is_dir() {
                if name != "tests" {
                    waiting.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") && name != "tests.rs" {
                let text = fs::read_to_string(&path)?;
                let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
                sources.push((path.strip_prefix(&root).unwrap_or(&path).display().to_string(), code));
            }
        }
    }
    Ok(sources)
}

/// Words that must not stand in the code of a folder, except in some of its files, where they must.
#[track_caller]
fn check(folder: &str, words: &[&str], except: &[&str]) {
    let sources = sources(folder).expect("readable sources");
    assert!(sources.len() > 5, "{folder} has hardly any source: {}", sources.len());
    let has = |code: &str| words.iter().any(|word| code.contains(word));
    let mut found: Vec<&str> = sources.iter().filter(|(_, code)| has(code)).map(|(path, _)| path.as_str()).collect();
    found.sort_unstable();
    assert_eq!(found, except, "{words:?} in {folder}");
}

#[test]
fn the_event_crate_reads_no_clock_and_no_file() {
    let impure = ["std::fs", "std::env", "std::process", "std::thread", "std::time", "::now()", ".await", "async fn"];
    check("cacl-event/src", &impure, &[]);
}

#[test]
fn keys_and_colours_have_one_home_each() {
    check("cacl-tui/src/screen", &["KeyCode"], &["keys.rs"]);
    check("cacl-tui/src/screen", &["Color::"], &["theme.rs"]);
}

#[test]
fn only_the_loop_waits() {
    check("cacl-tui/src/screen", &[".await"], &["mod.rs", "run.rs"]);
}

#[test]
fn libraries_write_to_no_terminal() {
    for folder in ["cacl-aws/src", "cacl-event/src", "cacl-local/src"] {
        check(folder, &["io::stdout", "io::stderr"], &[]);
    }
}
