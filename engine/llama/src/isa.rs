//! What this executable was built for, and the check that it may run here.

use engine_worker::isa::{Variant, missing, refusal};

/// Name of the variant ("native", "avx2", ...), set by the build script.
pub const BUILT_FOR: &str = env!("ALFAVOICE_BUILT_FOR");
/// Features of the building machine, for a `native` build.
const NATIVE_FEATURES: &str = env!("ALFAVOICE_NATIVE_FEATURES");

/// The complaint to end with when this processor lacks something.
pub fn complaint() -> Option<String> {
    let variant = Variant::named(BUILT_FOR)?;
    let lacking = match variant {
        Variant::Native => missing(NATIVE_FEATURES.split(',').filter(|name| !name.is_empty())),
        variant => missing(variant.features()),
    };
    (!lacking.is_empty()).then(|| refusal(BUILT_FOR, &lacking))
}

/// The library's name for a feature and ours, of those that its fast kernels need.
const KERNELS: [(&str, &str); 4] =
    [("AVX2", "avx2"), ("FMA", "fma"), ("AVX512", "avx512f"), ("AVX512_VNNI", "avx512vnni")];

/// What a native build was meant to use here and does not, by what the library says of itself (`AVX2 = 1 | ...`): a
/// build without `native-ggml.cmake` is many times slower and nothing else tells.
pub fn unused(system_info: &str) -> Vec<&'static str> {
    if BUILT_FOR != Variant::Native.name() {
        return Vec::new();
    }
    let uses = |name: &str| system_info.split('|').any(|part| part.trim().ends_with(&format!("{name} = 1")));
    let meant = |ours: &str| NATIVE_FEATURES.split(',').any(|name| name == ours);
    KERNELS.iter().filter(|(name, ours)| meant(ours) && !uses(name)).map(|(name, _)| *name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_build_knows_its_variant_and_this_machine_can_run_it() {
        assert!(Variant::named(BUILT_FOR).is_some(), "{BUILT_FOR}");
        assert_eq!(complaint(), None);
    }

    #[test]
    fn a_build_without_the_fast_kernels_is_noticed() {
        let all = "CPU : SSE3 = 1 | AVX = 1 | AVX2 = 1 | FMA = 1 | AVX512 = 1 | AVX512_VNNI = 1 | ";
        assert!(unused(all).is_empty());
        let meant = KERNELS.iter().filter(|(_, ours)| NATIVE_FEATURES.split(',').any(|name| name == *ours)).count();
        let native = BUILT_FOR == Variant::Native.name();
        assert_eq!(unused("CPU : SSE3 = 1 | ").len(), if native { meant } else { 0 });
    }
}
