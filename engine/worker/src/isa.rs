//! Instruction sets: which builds of a worker executable exist, what each needs, and which one this processor gets.
//!
//! ggml fixes its kernels when it is built, so an executable built for one processor dies on a lesser one. A release
//! therefore carries one executable per [`Variant`] (`alfavoice-asr-avx2`, `alfavoice-asr-avx512`, ...), beside a plain
//! one; [`choose`] picks at start. The table here is all that build scripts need: [`Variant::cmake_flags`].

use std::fmt;
use std::path::{Path, PathBuf};

/// A build of a worker executable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Variant {
    /// Whatever the building machine has; never shipped.
    Native,
    /// Any 64-bit processor of its architecture.
    Baseline,
    /// Every server and desktop since about 2015.
    Avx2,
    /// Intel from Ice Lake, AMD from Zen 4.
    Avx512,
    /// Intel servers from Sapphire Rapids: matrix tiles.
    Amx,
}

/// Environment variable of a build with the name of its variant; read by the build scripts of worker executables.
pub const BUILD_VARIABLE: &str = "ALFAVOICE_ISA";

/// Best first. `Native` and `Baseline` executables have the plain name, which is what is left when none of these fits.
const SHIPPED: [Variant; 3] = [Variant::Amx, Variant::Avx512, Variant::Avx2];

/// One processor feature: ggml's CMake switch and the names by which the kernel and Rust know it.
struct Feature {
    cmake: &'static str,
    /// More than one where a switch turns on a family.
    names: &'static [&'static str],
    /// The least variant that has it.
    since: Variant,
}

/// Sources: the options in ggml's `CMakeLists.txt` and the compiler flags in its `src/ggml-cpu/CMakeLists.txt`.
const FEATURES: [Feature; 13] = [
    Feature { cmake: "GGML_SSE42", names: &["sse4.2"], since: Variant::Avx2 },
    Feature { cmake: "GGML_AVX", names: &["avx"], since: Variant::Avx2 },
    Feature { cmake: "GGML_AVX2", names: &["avx2"], since: Variant::Avx2 },
    Feature { cmake: "GGML_BMI2", names: &["bmi2"], since: Variant::Avx2 },
    Feature { cmake: "GGML_FMA", names: &["fma"], since: Variant::Avx2 },
    Feature { cmake: "GGML_F16C", names: &["f16c"], since: Variant::Avx2 },
    Feature {
        cmake: "GGML_AVX512",
        names: &["avx512f", "avx512cd", "avx512vl", "avx512dq", "avx512bw"],
        since: Variant::Avx512,
    },
    Feature { cmake: "GGML_AVX512_VBMI", names: &["avx512vbmi"], since: Variant::Avx512 },
    Feature { cmake: "GGML_AVX512_VNNI", names: &["avx512vnni"], since: Variant::Avx512 },
    // Ice Lake has no BF16 and no model of ours is stored in it, so it must not keep that machine from AVX-512.
    Feature { cmake: "GGML_AVX512_BF16", names: &["avx512bf16"], since: Variant::Amx },
    Feature { cmake: "GGML_AMX_TILE", names: &["amx-tile"], since: Variant::Amx },
    Feature { cmake: "GGML_AMX_INT8", names: &["amx-int8"], since: Variant::Amx },
    Feature { cmake: "GGML_AMX_BF16", names: &["amx-bf16"], since: Variant::Amx },
];

impl Variant {
    pub const ALL: [Self; 5] = [Self::Native, Self::Baseline, Self::Avx2, Self::Avx512, Self::Amx];

    /// As in file names and on command lines.
    pub fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Baseline => "baseline",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
            Self::Amx => "amx",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|variant| variant.name() == name)
    }

    /// What a build of this variant has to set in its environment for ggml's CMake (each variant needs a target folder
    /// of its own: cargo does not notice that these change). [`BUILD_VARIABLE`] comes on top.
    pub fn cmake_flags(self) -> Vec<(&'static str, &'static str)> {
        if self == Self::Native {
            return vec![("GGML_NATIVE", "ON")];
        }
        let switches = FEATURES.iter().map(|feature| (feature.cmake, if self.has(feature) { "ON" } else { "OFF" }));
        std::iter::once(("GGML_NATIVE", "OFF")).chain(switches).collect()
    }

    /// The processor features that an executable of this variant uses (`Native` cannot know: see [`native_features`]).
    pub fn features(self) -> impl Iterator<Item = &'static str> {
        FEATURES.iter().filter(move |feature| self.has(feature)).flat_map(|feature| feature.names.iter().copied())
    }

    /// `alfavoice-asr` becomes `alfavoice-asr-avx2`; `Native` and `Baseline` keep the plain name.
    pub fn executable_name(self, stem: &str) -> String {
        if SHIPPED.contains(&self) { format!("{stem}-{}", self.name()) } else { stem.to_owned() }
    }

    /// Whether this processor can run it (always true of `Native` and `Baseline`, which check themselves).
    pub fn is_supported(self) -> bool {
        self.features().all(processor_has)
    }

    fn has(self, feature: &Feature) -> bool {
        self >= feature.since
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The best executable in a folder for this processor: `<stem>-<variant>` where there is one that it can run,
/// else the plain `<stem>` (whether that exists or not).
pub fn choose(folder: &Path, stem: &str) -> PathBuf {
    best(folder, stem, Variant::is_supported)
}

fn best(folder: &Path, stem: &str, supported: impl Fn(Variant) -> bool) -> PathBuf {
    SHIPPED
        .into_iter()
        .filter(|variant| supported(*variant))
        .map(|variant| folder.join(executable_file(&variant.executable_name(stem))))
        .find(|path| path.is_file())
        .unwrap_or_else(|| folder.join(executable_file(stem)))
}

fn executable_file(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}

/// The features out of `wanted` that this processor lacks.
pub fn missing<'a>(wanted: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    wanted.into_iter().filter(|name| !processor_has(name)).collect()
}

/// The features of the table that this processor has: what a `Native` build made here may use.
pub fn native_features() -> impl Iterator<Item = &'static str> {
    FEATURES.iter().flat_map(|feature| feature.names.iter().copied()).filter(|name| processor_has(name))
}

/// The complaint of an executable that was started on a processor it was not built for.
pub fn refusal(built_for: &str, missing: &[&str]) -> String {
    format!(
        "this executable was built for `{built_for}` and this processor lacks `{}`; \
         start the one without a suffix, or build one with `cargo xtask build --variant baseline`",
        missing.join("`, `")
    )
}

#[cfg(target_arch = "x86_64")]
fn processor_has(name: &str) -> bool {
    match name {
        "sse4.2" => is_x86_feature_detected!("sse4.2"),
        "avx" => is_x86_feature_detected!("avx"),
        "avx2" => is_x86_feature_detected!("avx2"),
        "bmi2" => is_x86_feature_detected!("bmi2"),
        "fma" => is_x86_feature_detected!("fma"),
        "f16c" => is_x86_feature_detected!("f16c"),
        "avx512f" => is_x86_feature_detected!("avx512f"),
        "avx512cd" => is_x86_feature_detected!("avx512cd"),
        "avx512vl" => is_x86_feature_detected!("avx512vl"),
        "avx512dq" => is_x86_feature_detected!("avx512dq"),
        "avx512bw" => is_x86_feature_detected!("avx512bw"),
        "avx512vbmi" => is_x86_feature_detected!("avx512vbmi"),
        "avx512vnni" => is_x86_feature_detected!("avx512vnni"),
        "avx512bf16" => is_x86_feature_detected!("avx512bf16"),
        // Not in the standard library yet, and the kernel has to allow tiles besides: its own list says both.
        "amx-tile" | "amx-int8" | "amx-bf16" => kernel_lists(&name.replace('-', "_")),
        _ => false,
    }
}

#[cfg(target_arch = "x86_64")]
fn kernel_lists(flag: &str) -> bool {
    let list = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let flags = list.lines().find_map(|line| line.strip_prefix("flags")).unwrap_or_default();
    flags.split_whitespace().any(|have| have == flag)
}

#[cfg(not(target_arch = "x86_64"))]
fn processor_has(_: &str) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_better_variant_uses_everything_that_a_lesser_one_does() {
        let features = |variant: Variant| variant.features().collect::<Vec<_>>();
        assert!(features(Variant::Baseline).is_empty());
        for pair in [Variant::Baseline, Variant::Avx2, Variant::Avx512, Variant::Amx].windows(2) {
            assert!(features(pair[0]).iter().all(|name| features(pair[1]).contains(name)), "{pair:?}");
            assert!(features(pair[0]).len() < features(pair[1]).len(), "{pair:?}");
        }
    }

    #[test]
    fn only_a_native_build_looks_at_the_building_machine() {
        for variant in Variant::ALL {
            let native = variant.cmake_flags().contains(&("GGML_NATIVE", "ON"));
            assert_eq!(native, variant == Variant::Native, "{variant}");
            assert_eq!(Variant::named(variant.name()), Some(variant));
        }
        assert!(Variant::Avx512.cmake_flags().contains(&("GGML_AVX512_VNNI", "ON")));
        assert!(Variant::Avx2.cmake_flags().contains(&("GGML_AVX512", "OFF")));
    }

    #[test]
    fn the_best_executable_that_exists_and_runs_here_is_chosen() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let upto = |best: Variant| move |variant: Variant| variant <= best;
        assert_eq!(best(folder.path(), "asr", upto(Variant::Amx)), path("asr"));
        for name in ["asr", "asr-avx2", "asr-avx512"] {
            std::fs::write(path(name), "").unwrap();
        }
        assert_eq!(best(folder.path(), "asr", upto(Variant::Baseline)), path("asr"));
        assert_eq!(best(folder.path(), "asr", upto(Variant::Avx2)), path("asr-avx2"));
        assert_eq!(best(folder.path(), "asr", upto(Variant::Amx)), path("asr-avx512"));
    }

    #[test]
    fn a_refusal_names_what_is_missing() {
        let complaint = refusal("amx", &["amx-tile", "amx-int8"]);
        assert!(
            complaint.contains("`amx-tile`, `amx-int8`") && complaint.contains("--variant baseline"),
            "{complaint}"
        );
        assert_eq!(missing(["no-such-feature"]), ["no-such-feature"]);
        assert!(missing(native_features()).is_empty());
    }
}
