//! A table as an Apache Parquet file: one row group, no compression, so that any reader and any version writes and reads the same.

use std::sync::Arc;

use chrono::NaiveDate;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;

use crate::report::export::{Column, Definition, Row, Type, Value};

/// The file. Fails only where a row does not fit its columns.
pub fn render(table: &Definition, rows: &[Row]) -> Result<Vec<u8>, ParquetError> {
    let schema = Arc::new(parse_message_type(&message(table))?);
    let properties = WriterProperties::builder().set_created_by(format!("relm version {}", env!("CARGO_PKG_VERSION")));
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties.build()))?;
    let mut group = writer.next_row_group()?;
    for (at, column) in table.columns.iter().enumerate() {
        let Some(mut own) = group.next_column()? else { break };
        let values = rows.iter().filter_map(|row| row.get(at));
        write(column, values, &mut own)?;
        own.close()?;
    }
    group.close()?;
    writer.into_inner()
}

/// The schema, in the language of the format.
fn message(table: &Definition) -> String {
    let column = |column: &Column| {
        let repetition = if column.nullable { "OPTIONAL" } else { "REQUIRED" };
        let name = column.name;
        match column.r#type {
            Type::Text => format!("{repetition} BYTE_ARRAY {name} (STRING);"),
            Type::Int => format!("{repetition} INT64 {name};"),
            Type::Float => format!("{repetition} DOUBLE {name};"),
            Type::Bool => format!("{repetition} BOOLEAN {name};"),
            Type::Date => format!("{repetition} INT32 {name} (DATE);"),
            Type::Timestamp => format!("{repetition} INT64 {name} (TIMESTAMP(MICROS,true));"),
        }
    };
    let columns: Vec<String> = table.columns.iter().map(column).collect();
    format!("message {} {{ {} }}", table.name, columns.join(" "))
}

fn write<'v>(
    column: &Column,
    values: impl Iterator<Item = &'v Value>,
    writer: &mut SerializedColumnWriter<'_>,
) -> Result<(), ParquetError> {
    match column.r#type {
        Type::Text => all::<ByteArrayType>(column, values, writer, |value| match value {
            Value::Text(text) => Some(ByteArray::from(text.as_str())),
            _ => None,
        }),
        Type::Int => all::<Int64Type>(column, values, writer, |value| match value {
            Value::Int(number) => Some(*number),
            _ => None,
        }),
        Type::Float => all::<DoubleType>(column, values, writer, |value| match value {
            Value::Float(number) => Some(*number),
            _ => None,
        }),
        Type::Bool => all::<BoolType>(column, values, writer, |value| match value {
            Value::Bool(truth) => Some(*truth),
            _ => None,
        }),
        Type::Date => all::<Int32Type>(column, values, writer, |value| match value {
            Value::Date(day) => Some((*day - NaiveDate::default()).num_days() as i32),
            _ => None,
        }),
        Type::Timestamp => all::<Int64Type>(column, values, writer, |value| match value {
            Value::Timestamp(at) => Some(at.timestamp_micros()),
            _ => None,
        }),
    }
}

/// Writes the values that are there, and for a column that may lack some, which are.
fn all<'v, T: DataType>(
    column: &Column,
    values: impl Iterator<Item = &'v Value>,
    writer: &mut SerializedColumnWriter<'_>,
    read: impl Fn(&Value) -> Option<T::T>,
) -> Result<(), ParquetError> {
    let (mut present, mut levels) = (Vec::new(), Vec::new());
    for value in values {
        let value = read(value);
        levels.push(i16::from(value.is_some()));
        present.extend(value);
    }
    let levels = column.nullable.then_some(levels.as_slice());
    writer.typed::<T>().write_batch(&present, levels, None)?;
    Ok(())
}
