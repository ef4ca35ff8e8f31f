//! Remembers what the executable is built for: the variant from `ALFAVOICE_ISA` (set by `cargo xtask build`), and for
//! a native build the features of this machine.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed={}", engine_worker::isa::BUILD_VARIABLE);
    let variant = std::env::var(engine_worker::isa::BUILD_VARIABLE).unwrap_or_else(|_| "native".to_owned());
    assert!(
        engine_worker::isa::Variant::named(&variant).is_some(),
        "{} is `{variant}`; give one of native, baseline, avx2, avx512, amx",
        engine_worker::isa::BUILD_VARIABLE
    );
    println!("cargo:rustc-env=ALFAVOICE_BUILT_FOR={variant}");
    let features: Vec<_> = engine_worker::isa::native_features().collect();
    println!("cargo:rustc-env=ALFAVOICE_NATIVE_FEATURES={}", features.join(","));
}
