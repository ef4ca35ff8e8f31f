//! Editing a selected text by instruction: a question to the language model beside the dictation.

use std::collections::HashMap;

use engine::language::Language;
use engine::llm::request::Limits;
use engine::llm::{Chat, GenerateRequest};
use engine::text::instruction::EditInstruction;

use super::{SessionEffect, SessionState};
use crate::job::{Finished, JobEvent, JobFailure, Output};
use crate::moment::Moment;
use crate::session::output::{Edited, Problem, SessionOutput};

/// An instruction costs a whole reply, and a person waits for it; the clean-up's deadline would be too short.
const PATIENCE_IN_DEADLINES: u32 = 10;

/// Edits that wait for the model, by their jobs.
#[derive(Debug, Default)]
pub(super) struct Editing {
    waiting: HashMap<u64, Asked>,
}

#[derive(Debug)]
struct Asked {
    id: String,
    instruction: EditInstruction,
    language: Language,
}

impl Editing {
    pub fn owns(&self, job: u64) -> bool {
        self.waiting.contains_key(&job)
    }
}

impl SessionState {
    /// Edits a selection. Answered by `Edited` or a problem with its id.
    pub fn edit(
        &mut self,
        id: String,
        instruction: EditInstruction,
        language: Option<Language>,
        now: Moment,
    ) -> Vec<SessionEffect> {
        let mut effects = Vec::new();
        let Some(cleaner) = self.limits.cleaner.clone().filter(|cleaner| cleaner.facts.follows_system_prompt) else {
            effects.push(SessionEffect::Tell(SessionOutput::Problem(Problem::EditingUnavailable { id })));
            return effects;
        };
        let patience = cleaner.deadline * PATIENCE_IN_DEADLINES;
        let prompt = instruction.prompt();
        let chat = Chat::edit(&prompt.system, &prompt.user, &instruction.selection);
        let limits = Limits { time_ms: patience.as_millis() as u32, ..chat.limits };
        let request = GenerateRequest::Chat(Chat { limits, ..chat });
        let number = self.submit_generation(request, now + patience, now, &mut effects);
        let language = language.or(self.tracker.current()).unwrap_or(Language::ENGLISH);
        self.editing.waiting.insert(number, Asked { id, instruction, language });
        effects
    }

    pub(super) fn editing_told(&mut self, number: u64, event: JobEvent, effects: &mut Vec<SessionEffect>) {
        let JobEvent::Ended(result) = event else { return };
        let Some(asked) = self.editing.waiting.remove(&number) else { return };
        let output = match edited(&asked, result) {
            Ok(edited) => SessionOutput::Edited(edited),
            Err(why) => SessionOutput::Problem(Problem::EditingFailed { id: asked.id, why }),
        };
        effects.push(SessionEffect::Tell(output));
    }
}

fn edited(asked: &Asked, result: Result<Finished, JobFailure>) -> Result<Edited, String> {
    let generated = match result {
        Ok(Finished { output: Output::Generated(generated), .. }) => generated,
        Ok(_) => return Err("the model answered something else".to_owned()),
        Err(failure) => return Err(failure.to_string()),
    };
    if !generated.stopped.is_whole() {
        return Err("the text is too long to be edited in time; select less".to_owned());
    }
    let review = asked.instruction.review(asked.language, &generated.text);
    Ok(Edited { id: asked.id.clone(), text: review.text, refused: review.refused, warnings: review.warnings })
}
