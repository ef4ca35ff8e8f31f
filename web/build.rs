//! Puts the built page (`client/dist`, made by `cargo xtask run` or `npm run build`) into the executable: a table of its
//! files, empty where it was not built.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../client/dist");
    println!("cargo:rerun-if-changed=build.rs");
    // A folder that is not there would make every build look changed.
    if folder.is_dir() {
        println!("cargo:rerun-if-changed={}", folder.display());
    }
    let mut files = Vec::new();
    collect(&folder, &mut files);
    files.sort();
    let mut table = String::from("&[\n");
    // Without its first page the folder holds nothing that could be served.
    let is_built = files.contains(&folder.join("index.html"));
    for file in files.iter().filter(|file| is_built && is_served(file)) {
        let name = file.strip_prefix(&folder).expect("it was found in there").display().to_string();
        let twin = PathBuf::from(format!("{}.br", file.display()));
        let brotli =
            if files.contains(&twin) { format!("Some(include_bytes!({twin:?}))") } else { "None".to_owned() };
        writeln!(table, "    File {{ name: {name:?}, content: include_bytes!({file:?}), brotli: {brotli} }},")
            .expect("a string takes everything");
    }
    table.push_str("]\n");
    let out = std::env::var_os("OUT_DIR").expect("cargo sets it");
    std::fs::write(Path::new(&out).join("client.rs"), table).expect("the build folder can be written");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}

fn is_served(file: &Path) -> bool {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    !name.starts_with('.') && !name.ends_with(".br")
}
