//! The API against requests made from its own description: whatever comes in, nothing falls over.

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::TestServer;
use support::api::{ACCOUNTS, Api};

const SCHEMATHESIS: &str = "schemathesis==4.32.5";

/// The tool in an environment of its own under the build folder; why not, where it cannot be had.
fn schemathesis() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("schemathesis");
    let tool = folder.join("bin/schemathesis");
    if tool.exists() {
        return Ok(tool);
    }
    let run = |command: &mut Command| {
        let output = command.output().map_err(|error| error.to_string())?;
        let said = String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default().to_owned();
        if output.status.success() { Ok(()) } else { Err(said) }
    };
    run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    let pinned = run(Command::new(folder.join("bin/pip")).args(["install", "--quiet", SCHEMATHESIS]));
    pinned.or_else(|_| run(Command::new(folder.join("bin/pip")).args(["install", "--quiet", "schemathesis"])))?;
    if tool.exists() { Ok(tool) } else { Err("its command is not there after installing".to_owned()) }
}

#[actix_rt::test]
async fn no_request_of_a_fuzzer_makes_the_server_fail() {
    let tool = match schemathesis() {
        Ok(tool) => tool,
        Err(reason) => {
            support::database::skipped("no_request_of_a_fuzzer_makes_the_server_fail", &reason);
            return;
        }
    };
    let mut settings = ACCOUNTS.to_vec();
    settings.push("limits.requests_per_second_of_address=0");
    // The local user is an admin: nothing is left out for want of rights.
    settings[0] = "auth.local_user=true";
    let server = TestServer::start_unready(&settings, &[]);
    let api = Api::new(&server);
    api.get("/api/auth/me").await.good();
    let examples = std::env::var("ALFAVOICE_FUZZ_EXAMPLES").unwrap_or_else(|_| "15".to_owned());
    let url = server.url("/api/openapi.json");
    let fuzzed = tokio::task::spawn_blocking(move || {
        Command::new(tool)
            .args(["run", &url, "--checks", "not_a_server_error", "--max-examples", &examples, "--seed", "1"])
            // Its own log-out would only end what it needs itself.
            .args(["--exclude-path", "/api/auth/logout-all", "--no-color"])
            .output()
    });
    let output = fuzzed.await.expect("it ends").expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    api.get("/api/auth/me").await.good();
}
