//! How the table of page types becomes structs, their reader, and what is told of each key.

/// A key of front matter, for whoever writes a new page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The key.
    pub key: &'static str,
    /// Whether the page cannot do without.
    pub is_required: bool,
    /// Whether there may be many.
    pub is_list: bool,
    /// What could be written, as TOML.
    pub example: &'static str,
    /// The words it can be, when there are only some.
    pub choices: &'static [&'static str],
    /// What the key of the words of each choice begins with in the catalogue.
    pub catalogue: &'static str,
}

macro_rules! kept {
    (required $type:ty) => { $type };
    (optional $type:ty) => { Option<$type> };
    (several $type:ty) => { Vec<$type> };
}

macro_rules! asked {
    (required $table:ident $key:expr) => {
        $table.required($key)
    };
    (optional $table:ident $key:expr) => {
        Some($table.optional($key))
    };
    (several $table:ident $key:expr) => {
        Some($table.or($key, Vec::new()))
    };
}

/// Structs that are read from a table, field by field.
macro_rules! read {
    ($( $(#[doc = $doc:literal])* $name:ident { $( $(#[doc = $field_doc:literal])* $how:ident $field:ident: $type:ty ),* $(,)? } )*) => {$(
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, Serialize)]
        pub struct $name { $( $(#[doc = $field_doc])* pub $field: kept!($how $type) ),* }

        impl $name {
            /// Its keys in the order in which people fill them in.
            pub const FIELDS: &'static [Field] = &[$( Field {
                key: stringify!($field),
                is_required: matches!(stringify!($how).as_bytes(), b"required"),
                is_list: matches!(stringify!($how).as_bytes(), b"several"),
                example: <$type as FromValue>::EXAMPLE,
                choices: <$type as FromValue>::CHOICES,
                catalogue: <$type as FromValue>::CATALOGUE,
            } ),*];

            pub(super) fn read(table: &mut Table<'_>) -> Option<Self> {
                $( let $field: Option<kept!($how $type)> = asked!($how table stringify!($field)); )*
                Some(Self { $( $field: $field? ),* })
            }
        }
    )*};
}

/// Parts of pages: tables inside front matter.
macro_rules! parts {
    ($($name:ident = $example:literal),* $(,)?) => {$(
        impl FromValue for $name {
            const EXAMPLE: &'static str = $example;

            fn from_value(value: &Spanned<DeValue<'_>>, reporter: &Reporter<'_>) -> Option<Self> {
                Self::read(&mut reporter.table(value)?)
            }
        }
    )*};
}

macro_rules! kinds {
    ($( $(#[doc = $doc:literal])* $name:ident = $word:literal ),* $(,)?) => {
        /// What a page is, with what only pages of its type have.
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(untagged)]
        pub enum Kind { $( $(#[doc = $doc])* $name(Box<$name>) ),* }

        words! {
            /// The `type` of a page.
            Type ("site-type") { $( $(#[doc = $doc])* $name = $word ),* }
        }

        impl Kind {
            /// The type.
            #[must_use]
            pub const fn type_(&self) -> Type {
                match self { $( Self::$name(_) => Type::$name ),* }
            }

            pub(super) fn read(type_: Type, table: &mut Table<'_>) -> Option<Self> {
                Some(match type_ { $( Type::$name => Self::$name(Box::new($name::read(table)?)) ),* })
            }
        }

        impl Type {
            /// The keys that only pages of this type have.
            #[must_use]
            pub const fn fields(self) -> &'static [Field] {
                match self { $( Self::$name => $name::FIELDS ),* }
            }
        }
    };
}

pub(super) use {asked, kept, kinds, parts, read};
