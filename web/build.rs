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
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    // A copy of our own: the page may be built anew while the server is compiled.
    let copy = out.join("client");
    let _ = std::fs::remove_dir_all(&copy);
    let mut files = Vec::new();
    collect(&folder, &copy, &mut files);
    files.sort();
    let mut table = String::from("&[\n");
    // Without its first page the folder holds nothing that could be served.
    let is_built = files.contains(&copy.join("index.html"));
    for file in files.iter().filter(|file| is_built && is_served(file)) {
        let name = file.strip_prefix(&copy).expect("it was copied there").display().to_string();
        let content = |name: &str| format!("include_bytes!(concat!(env!(\"OUT_DIR\"), \"/client/{name}\"))");
        let twin = format!("{name}.br");
        let brotli =
            if files.contains(&copy.join(&twin)) { format!("Some({})", content(&twin)) } else { "None".to_owned() };
        writeln!(table, "    File {{ name: \"{name}\", content: {}, brotli: {brotli} }},", content(&name))
            .expect("a string takes everything");
    }
    table.push_str("]\n");
    std::fs::write(out.join("client.rs"), table).expect("the build folder can be written");
}

/// Copies a folder and what is in it; files that vanish meanwhile are left out.
fn collect(from: &Path, to: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(from).into_iter().flatten().flatten() {
        let (path, copy) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            collect(&path, &copy, files);
        } else if std::fs::create_dir_all(to).is_ok() && std::fs::copy(&path, &copy).is_ok() {
            files.push(copy);
        }
    }
}

fn is_served(file: &Path) -> bool {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    !name.starts_with('.') && file.extension().is_none_or(|extension| extension != "br")
}
