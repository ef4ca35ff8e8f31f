//! `alfavoice`: the server and everything around it, as one command.

use std::process::ExitCode;

fn main() -> ExitCode {
    web::cli::main()
}
