//! Embeds the subscriber, if `CACL_EMBED_SUBSCRIBER` names one, so that a released executable can deploy by itself.

use std::{env, fs, path::PathBuf};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=CACL_EMBED_SUBSCRIBER");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let expression = match env::var_os("CACL_EMBED_SUBSCRIBER").filter(|path| !path.is_empty()) {
        Some(path) => {
            let path = PathBuf::from(path);
            println!("cargo::rerun-if-changed={}", path.display());
            let copy = out.join("subscriber");
            if let Err(error) = fs::copy(&path, &copy) {
                println!("cargo::error=cannot embed CACL_EMBED_SUBSCRIBER={}: {error}", path.display());
            }
            "Some(include_bytes!(concat!(env!(\"OUT_DIR\"), \"/subscriber\")))"
        }
        None => "None",
    };
    let code =
        format!("/// The subscriber of this build, if it has one.\nconst EMBEDDED: Option<&[u8]> = {expression};\n");
    fs::write(out.join("embedded.rs"), code).expect("OUT_DIR is writable");
}
