//! Reads the output of `cargo test` and adds it up.

/// What a run of tests came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: u32,
    pub failed: u32,
    pub skipped: u32,
    /// Names of failed tests and steps.
    pub failures: Vec<String>,
    /// Name and reason of each skipped test.
    pub skips: Vec<String>,
}

impl Counts {
    /// Takes one line of output.
    pub fn read(&mut self, line: &str) {
        if let Some(result) = line.strip_prefix("test result: ") {
            self.passed += number_before(result, " passed");
            self.failed += number_before(result, " failed");
            self.skipped += number_before(result, " ignored");
        } else if let Some((name, outcome)) = line.strip_prefix("test ").and_then(|rest| rest.rsplit_once(" ... ")) {
            if outcome == "FAILED" {
                self.failures.push(name.to_owned());
            } else if let Some(reason) = outcome.strip_prefix("ignored") {
                let reason = reason.trim_start_matches([',', ' ']);
                let reason = if reason.is_empty() { "ignored, and nobody says why" } else { reason };
                self.skips.push(format!("{name}: {reason}"));
            }
        }
    }

    /// A step that is not a test but must be green as well.
    pub fn step(&mut self, name: &str, green: bool) {
        if green {
            self.passed += 1;
        } else {
            self.failed += 1;
            self.failures.push(name.to_owned());
        }
    }

    /// A step that cannot be taken here.
    pub fn skip(&mut self, name: &str, reason: &str) {
        self.skipped += 1;
        self.skips.push(format!("{name}: {reason}"));
    }

    /// Tests that found out while running that they cannot (one line each, "name: reason"): libtest counted them as
    /// passed, which they are not.
    pub fn could_not_run(&mut self, lines: &str) {
        for line in lines.lines().filter(|line| !line.trim().is_empty()) {
            self.passed = self.passed.saturating_sub(1);
            self.skipped += 1;
            self.skips.push(line.to_owned());
        }
    }

    /// `N passed, N failed, N skipped`, after the names of what did not pass.
    pub fn report(&self) -> String {
        let skips = self.skips.iter().map(|skip| format!("SKIPPED {skip}\n"));
        let failures = self.failures.iter().map(|failure| format!("FAILED  {failure}\n"));
        let total = format!("{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped);
        skips.chain(failures).chain([total]).collect()
    }
}

fn number_before(text: &str, word: &str) -> u32 {
    let before = text.split(word).next().unwrap_or_default();
    before.rsplit([' ', ';', '.']).next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "\
running 3 tests
test a::works ... ok
test b::breaks ... FAILED
test c::needs_a_microphone ... ignored, no sound device here
test d::lazy ... ignored
test result: FAILED. 12 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.01s
test result: ok. 30 passed; 0 failed; 0 ignored; 0 measured; 3 filtered out; finished in 1.01s
";

    fn read(output: &str) -> Counts {
        let mut counts = Counts::default();
        output.lines().for_each(|line| counts.read(line));
        counts
    }

    #[test]
    fn runs_are_added_up_and_what_did_not_pass_is_named() {
        let counts = read(OUTPUT);
        assert_eq!((counts.passed, counts.failed, counts.skipped), (42, 1, 2));
        assert_eq!(
            counts.report(),
            "SKIPPED c::needs_a_microphone: no sound device here\nSKIPPED d::lazy: ignored, and nobody says why\n\
             FAILED  b::breaks\n42 passed, 1 failed, 2 skipped"
        );
    }

    #[test]
    fn a_test_that_could_not_run_is_not_counted_as_passed() {
        let mut counts = read(OUTPUT);
        counts.could_not_run("page: no chromium\n\nstore: no PostgreSQL\n");
        assert_eq!((counts.passed, counts.failed, counts.skipped), (40, 1, 4));
        assert!(counts.report().contains("SKIPPED page: no chromium\n"));
    }

    #[test]
    fn steps_count_like_tests() {
        let mut counts = Counts::default();
        counts.step("formatting", true);
        counts.step("lints", false);
        counts.skip("licences", "no tool");
        assert_eq!(counts.report(), "SKIPPED licences: no tool\nFAILED  lints\n1 passed, 1 failed, 1 skipped");
    }
}
