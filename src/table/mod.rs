//! Tables and paragraphs for people: within the terminal's width, without a broken word.

mod paragraph;
mod width;

use comfy_table::{
    CellAlignment, ColumnConstraint, ContentArrangement, Table as Layout, TableStyle,
    Width as ColumnWidth,
};
use unicode_width::UnicodeWidthStr;

use crate::foreign::Shown;

pub use paragraph::paragraph;
pub use width::Width;

/// Spaces between two columns.
const GAP: usize = 2;

/// The head of a column, and what its cells hold.
#[derive(Debug, Clone, Copy)]
pub enum Head {
    /// Text, aligned to the left.
    Text(&'static str),
    /// Numbers, aligned to the right.
    Number(&'static str),
}

/// Rows of short cells.
#[derive(Debug)]
pub struct Table<const N: usize> {
    heads: [Head; N],
    rows: Vec<[Shown; N]>,
}

impl Head {
    fn name(self) -> &'static str {
        let (Self::Text(name) | Self::Number(name)) = self;
        name
    }
}

impl<const N: usize> Table<N> {
    /// A table without rows.
    pub fn new(heads: [Head; N]) -> Self {
        Self {
            heads,
            rows: Vec::new(),
        }
    }

    /// Adds a row. Its cells may hold anything: they are made fit to show.
    pub fn push(&mut self, cells: [String; N]) {
        self.rows.push(cells.map(Shown::from));
    }

    /// The table; where it is too wide for `width`, a list of each row's cells with their heads.
    pub fn text(&self, width: Width) -> String {
        self.text_of(&std::array::from_fn::<usize, N, _>(|column| column), width)
    }

    /// The same of some columns.
    pub fn text_of(&self, columns: &[usize], width: Width) -> String {
        let wide = width.columns();
        let longest_words = columns.iter().map(|column| self.longest_word(*column));
        let longest_words: Vec<usize> = longest_words.collect();
        let narrowest = longest_words.iter().sum::<usize>() + GAP * columns.len().saturating_sub(1);
        if narrowest > usize::from(wide) {
            return self.list(columns, width);
        }
        let heads: Vec<Head> = columns.iter().map(|column| self.heads[*column]).collect();
        let mut layout = Layout::new();
        layout
            .load_style(TableStyle::new())
            .set_content_arrangement(ContentArrangement::Dynamic)
            // The last column has a gap behind it as well, which is cut off.
            .set_width(wide.saturating_add(GAP as u16))
            .set_header(heads.iter().map(|head| head.name()));
        for row in &self.rows {
            layout.add_row(columns.iter().map(|column| row[*column].as_str()));
        }
        let each = layout.column_iter_mut().zip(heads).zip(longest_words);
        for ((column, head), longest_word) in each {
            let lower = u16::try_from(longest_word + GAP).unwrap_or(u16::MAX);
            column.set_constraint(ColumnConstraint::LowerBoundary(ColumnWidth::Fixed(lower)));
            column.set_padding((0, GAP as u16));
            if let Head::Number(_) = head {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        layout.trim_fmt() + "\n"
    }

    fn longest_word(&self, column: usize) -> usize {
        let head = self.heads[column].name();
        let cells = self.rows.iter().map(|row| row[column].as_str());
        let words = cells.chain([head]).flat_map(str::split_whitespace);
        words.map(UnicodeWidthStr::width).max().unwrap_or(0)
    }

    fn list(&self, columns: &[usize], width: Width) -> String {
        let names = columns.iter().map(|column| self.heads[*column].name());
        let name_width = names.map(UnicodeWidthStr::width).max();
        let name_width = name_width.unwrap_or(0);
        let mut text = String::new();
        for (index, row) in self.rows.iter().enumerate() {
            if index > 0 {
                text.push('\n');
            }
            let cells = columns.iter();
            let cells = cells.map(|column| (self.heads[*column].name(), &row[*column]));
            for (name, cell) in cells.filter(|(_, cell)| !cell.is_empty()) {
                let head = format!("{name:<name_width$}  ");
                text += &match head.width() + cell.width() <= usize::from(width.columns()) {
                    true => format!("{head}{cell}\n"),
                    false => paragraph(&head, cell, width),
                };
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accounts() -> Table<4> {
        let mut table = Table::new([
            Head::Text("account"),
            Head::Number("users"),
            Head::Number("new or changed"),
            Head::Text("state"),
        ]);
        for (id, users, state) in [
            ("111122223333", 7, "done"),
            ("444455556666", 1200, "refused"),
        ] {
            let cells = [
                id.to_owned(),
                users.to_string(),
                "3".to_owned(),
                state.to_owned(),
            ];
            table.push(cells);
        }
        table
    }

    #[test]
    fn figures_stand_below_the_end_of_their_heads() {
        let expected = "account       users  new or changed  state\n\
                        111122223333      7               3  done\n\
                        444455556666   1200               3  refused\n";
        assert_eq!(accounts().text(Width::Pipe), expected);
        assert_eq!(accounts().text(Width::Terminal(44)), expected);
    }

    #[test]
    fn a_head_is_wrapped_between_words_where_the_width_is_scarce() {
        let text = accounts().text(Width::Terminal(38));
        assert!(text.starts_with("account       users"), "{text}");
        assert!(
            text.contains("changed") && text.contains("111122223333"),
            "{text}"
        );
        assert!(text.lines().all(|line| line.len() <= 38), "{text}");
    }

    #[test]
    fn what_is_too_wide_for_a_table_is_a_list_with_whole_words() {
        let expected = "account         111122223333\nusers           7\nnew or changed  3\n\
                        state           done\n\n\
                        account         444455556666\nusers           1200\nnew or changed  3\n\
                        state           refused\n";
        assert_eq!(accounts().text(Width::Terminal(30)), expected);
    }
}
