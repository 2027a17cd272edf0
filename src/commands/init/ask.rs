//! Answers: from flags, else asked on a terminal, else missing.

use std::io::{self, BufRead, Write};

use crate::commands::setup::UsageError;

/// What is asked for.
pub(super) struct Question<'a> {
    /// The flag that answers it.
    pub(super) flag: &'a str,
    /// The question, without a question mark.
    pub(super) text: &'a str,
    /// The answer of who gives none.
    pub(super) default: Option<&'a str>,
}

/// Whoever answers what flags leave open.
pub(super) struct Asker<'a> {
    terminal: Option<(&'a mut dyn BufRead, &'a mut dyn Write)>,
}

impl<'a> Asker<'a> {
    /// A person, who reads `output` and types `input`.
    pub(super) fn person(input: &'a mut dyn BufRead, output: &'a mut dyn Write) -> Self {
        Self {
            terminal: Some((input, output)),
        }
    }

    /// Nobody: what has neither flag nor default is missing.
    pub(super) fn nobody() -> Self {
        Self { terminal: None }
    }

    /// Whether somebody can be asked.
    pub(super) fn is_person(&self) -> bool {
        self.terminal.is_some()
    }

    /// The answer to `question`: `given` by its flag, or asked for until `parse` takes it.
    pub(super) fn answer<T>(
        &mut self,
        question: &Question<'_>,
        given: Option<&str>,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, UsageError> {
        let flag = question.flag;
        let of_flag = |why: String| UsageError(format!("{flag}: {why}"));
        if let Some(given) = given {
            return parse(given).map_err(of_flag);
        }
        let Some((input, output)) = &mut self.terminal else {
            let missing = || {
                UsageError(format!(
                    "{flag} is missing: {}; give it, or run rollcall init on a terminal",
                    question.text
                ))
            };
            return parse(question.default.ok_or_else(missing)?).map_err(of_flag);
        };
        loop {
            let line = ask(*input, *output, question);
            let line =
                line.map_err(|error| UsageError(format!("cannot ask for {flag}: {error}")))?;
            match parse(&line) {
                Ok(answer) => return Ok(answer),
                Err(why) => {
                    let _ = writeln!(output, "  {why}");
                }
            }
        }
    }
}

fn ask(
    input: &mut dyn BufRead,
    output: &mut dyn Write,
    question: &Question<'_>,
) -> io::Result<String> {
    match question.default {
        Some("") => write!(output, "{} [none]: ", question.text)?,
        Some(default) => write!(output, "{} [{default}]: ", question.text)?,
        None => write!(output, "{}: ", question.text)?,
    }
    output.flush()?;
    let mut line = String::new();
    if input.read_line(&mut line)? == 0 {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
    }
    let line = line.trim();
    Ok(match (line, question.default) {
        ("", Some(default)) => default.to_owned(),
        _ => line.to_owned(),
    })
}
