//! YAML text in, a tree of nodes out, each with its bytes in the text.
//!
//! This floor knows YAML 1.2 and nothing of caller maps: scalars keep their text and their style, and whoever
//! reads them decides what they mean. What YAML allows but a map never needs (tags, merge keys, several
//! documents, keys that are not text) is a mistake here. Whatever the text holds, the work and the memory are in
//! proportion to its length.

mod alias;
mod builder;
mod decode;
mod keys;
mod layout;
mod lines;
mod mistake;
mod node;
mod span;
mod syntax;
#[cfg(test)]
mod tests;

use granit_parser::Parser;

pub use decode::decode;
pub use lines::LineIndex;
pub use mistake::{MAX_MISTAKES, Mistake};
pub use node::{Node, Style, Value};
pub use span::Span;

use builder::Builder;

/// The longest text that is read, in bytes: 32 MiB.
pub const MAX_BYTES: usize = 32 << 20;

/// The deepest nesting of lists and mappings that is read, with what aliases stand for counted in.
pub const MAX_DEPTH: usize = 64;

/// How many nodes a text may hold.
pub const MAX_NODES: usize = 4_000_000;

/// The longest key that needs no `? ` before it, in characters. YAML sets it.
const MAX_KEY: usize = 1024;

/// The one document that the text holds.
///
/// # Errors
/// All of the text's mistakes, in order of place. What follows a breach of YAML's grammar is not looked at. A text
/// without content is a mistake of its own, [`Mistake::is_of_an_empty_file`].
pub fn parse(text: &str) -> Result<Node<'_>, Vec<Mistake>> {
    parse_up_to(MAX_NODES, text)
}

fn parse_up_to(max_nodes: usize, text: &str) -> Result<Node<'_>, Vec<Mistake>> {
    if text.len() > MAX_BYTES {
        return Err(vec![mistake::too_long()]);
    }
    let mut options = granit_parser::options! {
        // INVARIANT: no collection in the tree is nested deeper than this, or dropping it could overflow the stack.
        // The builder counts both kinds together; these stop the scanner, which reads ahead, at the same depth.
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
        simple_key_max_lookahead: MAX_KEY,
        // Reported with the other mistakes instead of ending the reading.
        emit_unresolved_aliases: true,
        // A closing bracket in the column of its key is not YAML to the letter, but everybody writes and reads it.
        strict_indentation: false,
    };
    // Another crate in the build may have turned the comment events on.
    options.set_emit_comments(false);
    let mut builder = Builder::new(text, max_nodes);
    for event in Parser::new_from_str_with_options(text, options) {
        let step = match event {
            Ok((event, span)) => builder.event(event, &span),
            Err(error) => builder.breach(&error),
        };
        if step.is_break() {
            break;
        }
    }
    builder.finish()
}
