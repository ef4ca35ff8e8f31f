//! The scripted worker as a process of its own: see `engine_worker::fake`.

fn main() -> std::process::ExitCode {
    engine_worker::fake::main()
}
