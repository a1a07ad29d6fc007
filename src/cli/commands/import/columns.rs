//! Which column, or which constant, each field comes from.

use std::collections::HashMap;

use super::fields::{Field, What};
use crate::cli::error::Error;
use crate::load::rows::{Row, Rows};
use crate::report::import::FieldSource;

/// Where a field comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A column, by its place.
    Column(usize),
    /// The same for every row.
    Constant(String),
}

/// What `--map` and `--set` say.
#[derive(Debug, Default)]
pub struct Wishes {
    /// Field and column.
    columns: Vec<(String, String)>,
    /// Field and constant.
    constants: Vec<(String, String)>,
    /// Field, what the file says, and what it means.
    words: Vec<(String, String, String)>,
}

/// The fields that are filled, each with its origin.
#[derive(Debug)]
pub struct Mapping {
    /// In the order in which they are written.
    pub fields: Vec<(Field, Origin)>,
    /// What the words of the file mean, by field.
    words: HashMap<(String, String), String>,
}

impl Wishes {
    /// Reads the options.
    pub fn parse(maps: &[String], sets: &[String]) -> Result<Self, Error> {
        let mut wishes = Self::default();
        for text in maps {
            let at = text.find([':', '=']);
            let parts = at.map(|at| (text[..at].trim(), text.as_bytes()[at], &text[at + 1..]));
            match parts {
                Some((field, b'=', column)) if !field.is_empty() && !column.trim().is_empty() => {
                    wishes.columns.push((field.to_owned(), column.trim().to_owned()));
                }
                Some((field, b':', rest)) if !field.is_empty() && rest.contains('=') => {
                    let (value, word) = rest.rsplit_once('=').unwrap_or_default();
                    wishes.words.push((field.to_owned(), value.trim().to_owned(), word.trim().to_owned()));
                }
                _ => {
                    let error = Error::usage(format!("`--map {text}` is not understood"));
                    return Err(error.hint("write `FIELD=COLUMN`, or `FIELD:VALUE=WORD` for what a value means"));
                }
            }
        }
        for text in sets {
            let Some((field, value)) = text.split_once('=').filter(|(field, _)| !field.trim().is_empty()) else {
                let error = Error::usage(format!("`--set {text}` is not understood"));
                return Err(error.hint("write `FIELD=VALUE`"));
            };
            wishes.constants.push((field.trim().to_owned(), value.trim().to_owned()));
        }
        Ok(wishes)
    }

    fn fields(&self) -> impl Iterator<Item = &String> {
        let columns = self.columns.iter().chain(&self.constants).map(|(field, _)| field);
        columns.chain(self.words.iter().map(|(field, ..)| field))
    }

    /// Whether somebody named the field.
    fn names(&self, field: &Field) -> bool {
        self.fields().any(|name| *name == field.name)
    }

    /// Fits them to the columns of a file: what nobody names is filled from the column of its own name.
    pub fn resolve(&self, what: What, rows: &Rows) -> Result<Mapping, Error> {
        let mut fields = what.fields();
        for name in self.fields() {
            if fields.iter().any(|field| field.name == *name) {
                continue;
            }
            if !name.starts_with("x-") {
                let known: Vec<String> = fields.iter().map(|field| format!("`{}`", field.name)).collect();
                let otherwise = format!("the fields of {} are {}", what.as_str(), known.join(", "));
                let names = fields.iter().map(|field| field.name.as_str());
                return Err(Error::unknown("field", name, names, otherwise));
            }
            fields.push(Field::extension(name));
        }
        let mut origins: Vec<(Field, Origin)> = Vec::new();
        for field in fields.clone() {
            let Some(origin) = self.origin(&field, rows)? else { continue };
            // A duration can stand in several columns, each in a unit of its own; one of them is enough.
            match origins.iter_mut().find(|(other, _)| other.writes == field.writes) {
                None => origins.push((field, origin)),
                Some(other) if self.names(&field) && !self.names(&other.0) => *other = (field, origin),
                Some(_) => {}
            }
        }
        let is_filled = |field: &&Field| origins.iter().any(|(own, _)| own.writes == field.writes);
        let missing: Vec<&str> = fields
            .iter()
            .filter(|field| field.required && !is_filled(field))
            .map(|field| field.name.as_str())
            .collect();
        if !missing.is_empty() {
            return Err(lacking(&missing, rows));
        }
        let words = self.words.iter().map(|(field, value, word)| ((field.clone(), value.to_lowercase()), word.clone()));
        Ok(Mapping { fields: origins, words: words.collect() })
    }

    fn origin(&self, field: &Field, rows: &Rows) -> Result<Option<Origin>, Error> {
        let last = |list: &[(String, String)]| {
            list.iter().rev().find(|(name, _)| *name == field.name).map(|(_, value)| value.clone())
        };
        match (last(&self.columns), last(&self.constants)) {
            (Some(_), Some(_)) => {
                let error = Error::usage(format!("both `--map` and `--set` name `{}`", field.name));
                Err(error.hint("a field comes from a column or is a constant"))
            }
            (Some(column), None) => {
                if let Some(at) = find(&column, rows) {
                    return Ok(Some(Origin::Column(at)));
                }
                let names = rows.columns.iter().map(String::as_str).filter(|name| !name.is_empty());
                Err(Error::unknown("column", &column, names, columns(rows)))
            }
            (None, Some(value)) => Ok(Some(Origin::Constant(value))),
            (None, None) => Ok(find(&field.name, rows).map(Origin::Column)),
        }
    }
}

/// The column of a name: that very name, else one that differs in case and separators alone.
fn find(name: &str, rows: &Rows) -> Option<usize> {
    let plain = |name: &str| name.to_lowercase().replace([' ', '-', '.'], "_");
    let exact = rows.columns.iter().position(|column| column == name);
    exact.or_else(|| rows.columns.iter().position(|column| plain(column) == plain(name)))
}

fn columns(rows: &Rows) -> String {
    let names: Vec<String> =
        rows.columns.iter().filter(|name| !name.is_empty()).take(30).map(|name| format!("`{name}`")).collect();
    format!("the columns are {}", names.join(", "))
}

fn lacking(fields: &[&str], rows: &Rows) -> Error {
    let quoted: Vec<String> = fields.iter().map(|field| format!("`{field}`")).collect();
    let field = fields.first().copied().unwrap_or_default();
    Error::usage(format!("no column is called {}", quoted.join(" or ")))
        .hint(columns(rows))
        .hint(format!("`--map {field}=COLUMN` says which one it is, `--set {field}=VALUE` is the same for every row"))
}

impl Mapping {
    /// What a value of the file means.
    fn word<'v>(&'v self, field: &Field, value: &'v str) -> &'v str {
        let meaning = self.words.get(&(field.name.clone(), value.to_lowercase()));
        meaning.map_or(value, String::as_str)
    }

    /// What a row says of a field.
    pub fn text<'v>(&'v self, field: &str, row: &'v Row) -> Option<&'v str> {
        let (field, origin) = self.fields.iter().find(|(own, _)| own.name == field)?;
        self.raw(field, origin, row)
    }

    /// What a row says of a field that comes from there; none where it says nothing.
    pub fn raw<'v>(&'v self, field: &Field, origin: &'v Origin, row: &'v Row) -> Option<&'v str> {
        let raw = match origin {
            Origin::Column(at) => row.cells[*at].as_deref(),
            Origin::Constant(value) => Some(value.as_str()),
        };
        raw.map(|raw| self.word(field, raw)).filter(|raw| !raw.is_empty())
    }

    /// Where each field comes from, for a view.
    pub fn sources(&self, rows: &Rows) -> Vec<FieldSource> {
        let source = |(field, origin): &(Field, Origin)| match origin {
            Origin::Column(at) => {
                FieldSource { field: field.name.clone(), column: rows.columns.get(*at).cloned(), value: None }
            }
            Origin::Constant(value) => {
                FieldSource { field: field.name.clone(), column: None, value: Some(value.clone()) }
            }
        };
        self.fields.iter().map(source).collect()
    }

    /// The columns that nothing comes from. Who gives a constant for a field knows that its column is not asked.
    pub fn ignored(&self, rows: &Rows) -> Vec<String> {
        let is_set = |field: &Field, at: usize| find(&field.name, rows) == Some(at);
        let used = |at: usize| {
            self.fields.iter().any(|(field, origin)| match origin {
                Origin::Column(own) => *own == at,
                Origin::Constant(_) => is_set(field, at),
            })
        };
        let columns = rows.columns.iter().enumerate().filter(|(at, name)| !name.is_empty() && !used(*at));
        columns.map(|(_, name)| name.clone()).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn rows(columns: &[&str]) -> Rows {
        Rows { columns: columns.iter().map(|&name| name.to_owned()).collect(), ..Rows::default() }
    }

    fn resolved(maps: &[&str], sets: &[&str], columns: &[&str]) -> Result<Vec<String>, String> {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        let wishes = Wishes::parse(&owned(maps), &owned(sets)).map_err(|error| error.render(false))?;
        let rows = rows(columns);
        let mapping = wishes.resolve(What::Holidays, &rows).map_err(|error| error.render(false))?;
        let shown = |source: FieldSource| format!("{} {}", source.field, source.column.or(source.value).unwrap());
        Ok(mapping.sources(&rows).into_iter().map(shown).collect())
    }

    #[test]
    fn columns_are_found_by_name_and_by_wish() {
        assert_eq!(resolved(&[], &[], &["Name", "date"]).unwrap(), ["date date", "name Name"]);
        assert_eq!(
            resolved(&["date=Day off"], &["name=Off"], &["day-off", "name"]).unwrap(),
            ["date day-off", "name Off"]
        );
        assert_eq!(resolved(&["x-region=Land"], &[], &["date", "Land"]).unwrap(), ["date date", "x-region Land"]);
    }

    #[test]
    fn a_column_that_a_constant_stands_in_for_is_not_told_as_unused() {
        let wishes = Wishes::parse(&[], &["name=Off".to_owned()]).unwrap();
        let rows = rows(&["date", "Name", "Land"]);
        let mapping = wishes.resolve(What::Holidays, &rows).map_err(|error| error.render(false)).unwrap();
        assert_eq!(mapping.ignored(&rows), ["Land"]);
    }

    #[test]
    fn wishes_that_cannot_be_met_say_what_there_is() {
        let hint = |found: Result<Vec<String>, String>| found.unwrap_err();
        assert!(hint(resolved(&["dat=Day"], &[], &["Day"])).contains("did you mean `date`?"));
        assert!(hint(resolved(&["date=Dya"], &[], &["Day"])).contains("did you mean `Day`?"));
        assert!(
            hint(resolved(&[], &[], &["Tag"]))
                .starts_with("error: no column is called `date`\nhint: the columns are `Tag`")
        );
        assert!(hint(resolved(&["date"], &[], &["Day"])).contains("write `FIELD=COLUMN`"));
        assert!(hint(resolved(&["date=Day"], &["date=x"], &["Day"])).contains("both `--map` and `--set`"));
    }
}
