//! What a machine must have besides Rust, why, and how one sees that it is there.

use std::path::Path;

use crate::shell;

/// One thing that builds or tests need.
pub struct Need {
    pub name: &'static str,
    /// Debian's package.
    pub package: &'static str,
    pub why: &'static str,
    pub purpose: Purpose,
    probe: Probe,
}

/// Without it ...
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// ... nothing builds.
    Build,
    /// ... the server carries a plain page.
    Page,
    /// ... some tests are skipped, loudly.
    Test,
}

/// How one sees that it is there, without starting anything slow.
enum Probe {
    /// One of these programs is in `PATH`.
    Program(&'static [&'static str]),
    /// `pkg-config` knows it.
    PkgConfig(&'static str),
    /// A file of that beginning is in one of the folders (`*` = any one folder).
    Library(&'static str, &'static [&'static str]),
}

pub const NEEDS: [Need; 15] = [
    Need {
        name: "C++ compiler",
        package: "g++",
        why: "whisper.cpp and llama.cpp are C++",
        purpose: Purpose::Build,
        probe: Probe::Program(&["c++", "g++", "clang++"]),
    },
    Need {
        name: "make",
        package: "make",
        why: "CMake drives it",
        purpose: Purpose::Build,
        probe: Probe::Program(&["make", "ninja"]),
    },
    Need {
        name: "CMake",
        package: "cmake",
        why: "builds whisper.cpp and llama.cpp",
        purpose: Purpose::Build,
        probe: Probe::Program(&["cmake"]),
    },
    Need {
        name: "libclang",
        package: "libclang-dev",
        why: "bindgen reads the C headers with it",
        purpose: Purpose::Build,
        probe: Probe::Library(
            "libclang",
            &["/usr/lib/llvm-*/lib", "/usr/lib/*-linux-gnu", "/usr/lib64", "/usr/lib", "/opt/homebrew/opt/llvm/lib"],
        ),
    },
    Need {
        name: "pkg-config",
        package: "pkg-config",
        why: "finds the libraries below",
        purpose: Purpose::Build,
        probe: Probe::Program(&["pkg-config"]),
    },
    Need {
        name: "hwloc",
        package: "libhwloc-dev",
        why: "reads sockets, NUMA nodes and cores of the machine",
        purpose: Purpose::Build,
        probe: Probe::PkgConfig("hwloc"),
    },
    Need {
        name: "ALSA",
        package: "libasound2-dev",
        why: "the microphone of `alfavoice listen`",
        purpose: Purpose::Build,
        probe: Probe::PkgConfig("alsa"),
    },
    Need {
        name: "Python 3",
        package: "python3",
        why: "the example client in Python is run as a test",
        purpose: Purpose::Test,
        probe: Probe::Program(&["python3"]),
    },
    Need {
        name: "Python venv",
        package: "python3-venv",
        why: "official client libraries are tried in environments of their own",
        purpose: Purpose::Test,
        probe: Probe::Library("__init__.py", &["/usr/lib/python3*/ensurepip", "/usr/local/lib/python3*/ensurepip"]),
    },
    Need {
        name: "FFmpeg",
        package: "ffmpeg",
        why: "makes recordings of every kind for the tests",
        purpose: Purpose::Test,
        probe: Probe::Program(&["ffmpeg"]),
    },
    Need {
        name: "Node.js",
        package: "nodejs",
        why: "builds the page; runs the example client in JavaScript",
        purpose: Purpose::Page,
        probe: Probe::Program(&["node", "nodejs"]),
    },
    Need {
        name: "npm",
        package: "npm",
        why: "fetches what the page is built with",
        purpose: Purpose::Page,
        probe: Probe::Program(&["npm"]),
    },
    Need {
        name: "Chromium",
        package: "chromium",
        why: "the page is tested in a real browser",
        purpose: Purpose::Test,
        probe: Probe::Program(&["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]),
    },
    Need {
        name: "espeak-ng",
        package: "espeak-ng",
        why: "speaks test sentences",
        purpose: Purpose::Test,
        probe: Probe::Program(&["espeak-ng"]),
    },
    Need {
        name: "PostgreSQL",
        package: "postgresql",
        why: "store tests run on a private server of it besides SQLite",
        purpose: Purpose::Test,
        probe: Probe::Library("initdb", &["/usr/lib/postgresql/*/bin", "/usr/bin", "/usr/local/bin"]),
    },
];

impl Need {
    pub fn is_there(&self) -> bool {
        match &self.probe {
            Probe::Program(names) => names.iter().any(|name| shell::find(name).is_some()),
            Probe::PkgConfig(name) => shell::succeeds(&mut shell::program("pkg-config", ["--exists", name])),
            Probe::Library(beginning, folders) => {
                let own = std::env::var("LIBCLANG_PATH").ok().filter(|_| *beginning == "libclang");
                own.is_some_and(|folder| has_file(Path::new(&folder), beginning))
                    || folders.iter().any(|pattern| any_folder(pattern, |folder| has_file(folder, beginning)))
            }
        }
    }
}

/// Whether `holds` is true of a folder that the pattern means; at most one part of it has a `*`.
fn any_folder(pattern: &str, holds: impl Fn(&Path) -> bool) -> bool {
    let Some((before, after)) = pattern.split_once('*') else {
        return holds(Path::new(pattern));
    };
    let (parent, prefix) = before.rsplit_once('/').unwrap_or(("", before));
    let (suffix, rest) = after.split_once('/').unwrap_or((after, ""));
    let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
    let named =
        |name: &str| name.len() >= prefix.len() + suffix.len() && name.starts_with(prefix) && name.ends_with(suffix);
    entries.filter(|entry| entry.file_name().to_str().is_some_and(named)).any(|entry| holds(&entry.path().join(rest)))
}

fn has_file(folder: &Path, beginning: &str) -> bool {
    let mut names = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name());
    names.any(|name| {
        let name = name.to_string_lossy().into_owned();
        name == beginning || name.starts_with(&format!("{beginning}.")) || name.starts_with(&format!("{beginning}-"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_means_the_folders_that_fit() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let pattern = |end: &str| format!("{}/{end}", here.display());
        assert!(any_folder(&pattern("s*c"), |folder| folder.join("needs.rs").is_file()));
        assert!(any_folder(&pattern("src"), |folder| has_file(folder, "needs")));
        assert!(any_folder(&format!("{}/x*k/src", here.parent().unwrap().display()), |folder| has_file(
            folder, "needs"
        )));
        assert!(!any_folder(&pattern("z*c"), |_| true));
        assert!(!has_file(&here.join("src"), "need"));
    }

    #[test]
    fn a_program_that_is_not_there_is_missing() {
        let need = |probe| Need { name: "x", package: "x", why: "", purpose: Purpose::Test, probe };
        assert!(!need(Probe::Program(&["no-such-program-anywhere"])).is_there());
        assert!(need(Probe::Program(&["no-such-program-anywhere", "sh"])).is_there());
        assert!(!need(Probe::PkgConfig("no-such-library-anywhere")).is_there());
    }
}
