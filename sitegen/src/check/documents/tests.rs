use std::io::{Cursor, Write as _};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use lopdf::{Dictionary, Document, Object, Stream, dictionary};
use messages::Language;
use proptest::prelude::*;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

const LETTERS: &str = "ąčęėįšųūž ĄČĘĖĮŠŲŪŽ";

/// One page, as a browser prints it, with letters of a subset font: tagged, titled, in Lithuanian.
const PRINTED: &[u8] = include_bytes!("fixtures/printed.pdf");

fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn docx(body: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let document = format!("<w:document xmlns:w='w'><w:body>{body}</w:body></w:document>");
    let mut parts = vec![("word/document.xml", document.as_str())];
    parts.extend(more);
    archive(&parts)
}

fn opendocument(kind: &str, content: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let content = format!("<office:document-content><office:body>{content}</office:body></office:document-content>");
    let mimetype = format!("application/vnd.oasis.opendocument.{kind}");
    let mut parts = vec![("mimetype", mimetype.as_str()), ("content.xml", content.as_str())];
    parts.push(("META-INF/manifest.xml", "<manifest/>"));
    parts.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
    parts.extend(more);
    archive(&parts)
}

/// A document whose pages all show `content` with a font `F`; the objects' numbers: 1 the font, 2 the content.
fn pdf(pages: u32, content: Stream, font: Dictionary) -> Vec<u8> {
    let mut document = Document::with_version("1.7");
    let font = document.add_object(font);
    let content = document.add_object(content);
    let tree = document.new_object_id();
    let page = dictionary! {
        "Type" => "Page", "Parent" => tree, "Contents" => content,
        "Resources" => dictionary! { "Font" => dictionary! { "F" => font } },
    };
    let kids: Vec<Object> = (0..pages).map(|_| document.add_object(page.clone()).into()).collect();
    document.objects.insert(tree, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => pages }.into());
    let root = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    document.trailer.set("Root", root);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

fn plain_font() -> Dictionary {
    dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding" }
}

fn text_of(content: &str) -> String {
    let bytes = pdf(1, Stream::new(Dictionary::new(), content.as_bytes().to_vec()), plain_font());
    inspect("a.pdf", &bytes).unwrap().text.trim().to_owned()
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A JPEG that has only the metadata: EXIF with a latitude, if `has_position`, or else with nothing.
fn photograph(has_position: bool) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    if has_position {
        // One field, the pointer to the GPS fields at 26; there, one field: the latitude's three fractions at 44.
        tiff.extend(b"\x01\0\x25\x88\x04\0\x01\0\0\0\x1a\0\0\0\0\0\0\0");
        tiff.extend(b"\x01\0\x02\0\x05\0\x03\0\0\0\x2c\0\0\0\0\0\0\0");
        tiff.extend([54_u32, 1, 41, 1, 0, 1].into_iter().flat_map(u32::to_le_bytes));
    } else {
        tiff.extend(b"\0\0\0\0\0\0");
    }
    let length = u16::try_from(tiff.len() + 8).unwrap();
    let mut jpeg = b"\xFF\xD8\xFF\xE1".to_vec();
    jpeg.extend(length.to_be_bytes());
    jpeg.extend(b"Exif\0\0");
    jpeg.extend(tiff);
    jpeg.extend(b"\xFF\xDA\0\x02\xFF\xD9");
    jpeg
}

#[test]
fn a_printed_page_has_its_facts_and_its_letters() {
    let facts = inspect("a.pdf", PRINTED).unwrap();
    assert!(facts.text.contains(LETTERS), "{}", facts.text);
    assert!(facts.text.contains("Asmens kodas 38001020125"), "{}", facts.text);
    assert_eq!(facts.title.as_deref(), Some("Sprendimas dėl ąžuolų"));
    assert_eq!((facts.kind, facts.pages, facts.language.as_deref()), (Kind::Pdf, Some(1), Some("lt")));
    assert_eq!((facts.is_tagged, facts.displays_title), (Some(true), Some(true)));
    assert_eq!(facts.concerns(), []);
}

#[test]
fn a_document_without_anything_is_said_to_lack_it() {
    let bytes = pdf(3, Stream::new(Dictionary::new(), b"BT /F 12 Tf (Tekstas) Tj ET".to_vec()), plain_font());
    let facts = inspect("a.pdf", &bytes).unwrap();
    assert_eq!((facts.pages, facts.has_text), (Some(3), true));
    assert_eq!(facts.concerns(), [Concern::Untagged, Concern::Untitled, Concern::NoLanguage]);
}

#[test]
fn pages_without_text_are_a_scan() {
    let bytes = pdf(2, Stream::new(Dictionary::new(), b"q 0 0 10 10 re f Q".to_vec()), plain_font());
    let facts = inspect("a.pdf", &bytes).unwrap();
    assert_eq!(facts.concerns(), [Concern::Scanned, Concern::Untitled, Concern::NoLanguage]);
}

#[test]
fn words_and_lines_follow_from_where_text_is_put() {
    let cases = [
        ("BT /F 10 Tf [(38001) -20 (020125)] TJ ET", "38001020125"),
        ("BT /F 10 Tf [(vienas) -300 (du)] TJ ET", "vienas du"),
        ("BT /F 10 Tf (vienas) Tj 0 -12 Td (du) Tj ET", "vienas\ndu"),
        ("BT /F 10 Tf 12 TL (vienas) Tj (du) ' ET", "vienas\ndu"),
        ("BT /F 10 Tf (vienas) Tj 100 0 Td (du) Tj ET", "vienas\tdu"),
        ("BT /F 10 Tf (380) Tj ET q 1 0 0 1 15 0 cm BT /F 10 Tf (010) Tj ET Q", "380010"),
        ("BI /W 1 /H 1 ID \x00(no) Tj\nEI BT /F 10 Tf (taip) Tj ET", "taip"),
        ("BT /F 10 Tf (\\(a\\)\\141\\\n) Tj <62 63> Tj ET", "(a)abc"),
    ];
    for (content, text) in cases {
        assert_eq!(text_of(content), text, "{content}");
    }
}

#[test]
fn a_character_map_outranks_the_encoding() {
    let map = "1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfchar <41> <0104> endbfchar
        2 beginbfrange <42> <43> <010C> <44> <45> [<0118> <00660069>] endbfrange";
    let mut document =
        Document::load_mem(&pdf(1, Stream::new(Dictionary::new(), b"BT /F 9 Tf (ABDEZ) Tj ET".to_vec()), plain_font()))
            .unwrap();
    let map = document.add_object(Stream::new(Dictionary::new(), map.as_bytes().to_vec()));
    document.get_object_mut((1, 0)).unwrap().as_dict_mut().unwrap().set("ToUnicode", map);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    assert_eq!(inspect("a.pdf", &bytes).unwrap().text.trim(), "ĄČĘfiZ");
}

#[test]
fn remarks_and_photographs_in_a_pdf_are_found() {
    let mut document = Document::load_mem(PRINTED).unwrap();
    let picture = dictionary! { "Type" => "XObject", "Subtype" => "Image", "Filter" => "DCTDecode" };
    document.add_object(Stream::new(picture, photograph(true)).with_compression(false));
    let page = document.page_iter().next().unwrap();
    let remark = dictionary! { "Subtype" => "Text", "Contents" => Object::string_literal("Pastaba") };
    document.get_object_mut(page).unwrap().as_dict_mut().unwrap().set("Annots", vec![Object::Dictionary(remark)]);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    let facts = inspect("a.pdf", &bytes).unwrap();
    assert_eq!(facts.concerns(), [Concern::Comments, Concern::Position]);
    assert!(facts.text.contains("Pastaba"));
}

#[test]
fn a_bomb_in_a_pdf_is_cut() {
    let filter = dictionary! { "Filter" => vec![Object::from("FlateDecode"), Object::from("FlateDecode")] };
    let nested = deflated(&deflated(&vec![b' '; MAX_UNPACKED + 1]));
    let bytes = pdf(200, Stream::new(filter, nested).with_compression(false), plain_font());
    assert!(bytes.len() < 100_000);
    assert!(inspect("a.pdf", &bytes).unwrap().is_cut);
}

#[test]
fn nesting_without_end_is_an_error_or_ignored() {
    for opening in ["[", "<</A", "("] {
        let bytes = format!("%PDF-1.7\n1 0 obj\n{}\nendobj\ntrailer<</Root 1 0 R>>", opening.repeat(200_000));
        assert!(inspect("a.pdf", bytes.as_bytes()).is_err(), "{opening}");
        assert!(text_of(&format!("BT /F 9 Tf (a) Tj {} ET", opening.repeat(100_000))).starts_with('a'));
    }
    let xml = "<w:p>".repeat(100_000);
    assert!(matches!(inspect("a.docx", &docx(&xml, &[])), Err(Unreadable::Damaged(_))));
}

#[test]
fn forms_that_contain_each_other_end() {
    let mut document = Document::load_mem(PRINTED).unwrap();
    let form = document.new_object_id();
    let dictionary = dictionary! {
        "Type" => "XObject", "Subtype" => "Form",
        "Resources" => dictionary! { "XObject" => dictionary! { "A" => form } },
    };
    document.objects.insert(form, Stream::new(dictionary, b"/A Do /A Do /A Do /A Do".to_vec()).into());
    let page = document.page_iter().next().unwrap();
    let page = document.get_object_mut(page).unwrap().as_dict_mut().unwrap();
    page.set("Resources", dictionary! { "XObject" => dictionary! { "A" => form } });
    page.set("Contents", form);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    assert!(inspect("a.pdf", &bytes).unwrap().is_cut);
}

#[test]
fn a_text_document_gives_its_text_with_what_was_deleted() {
    let body = "<w:p><w:r><w:t>Sveiki, </w:t></w:r><w:ins><w:r><w:t>ąžuolai &amp; &#x17E;olė</w:t></w:r></w:ins></w:p>
        <w:p><w:del><w:r><w:delText>38001020125</w:delText></w:r></w:del><w:tab/><w:instrText>PAGE</w:instrText></w:p>";
    let core =
        "<cp:coreProperties><dc:title> Raštas </dc:title><dc:creator>Jonas Jonaitis</dc:creator></cp:coreProperties>";
    let styles = "<w:styles><w:lang w:val='lt-LT' w:eastAsia='en-US'/></w:styles>";
    let comments =
        "<w:comments><w:comment w:author='Ona'><w:p><w:r><w:t>Ar tikrai?</w:t></w:r></w:p></w:comment></w:comments>";
    let more = [("docProps/core.xml", core), ("word/styles.xml", styles), ("word/comments.xml", comments)];
    let facts = inspect("a.pdf", &docx(body, &more)).unwrap();
    assert_eq!(facts.text, "Sveiki, ąžuolai & žolė\n38001020125\t\nAr tikrai?\n");
    assert_eq!(
        (facts.kind, facts.title.as_deref(), facts.language.as_deref()),
        (Kind::Docx, Some("Raštas"), Some("lt-LT"))
    );
    assert_eq!(facts.concerns(), [Concern::TrackedChanges, Concern::Comments, Concern::Author]);
}

#[test]
fn a_sheet_gives_its_strings_and_its_long_numbers() {
    let sheet = "<worksheet><sheetData><row><c t='s'><v>0</v></c><c><v>3.8001020125E10</v></c><c><v>12.5</v></c></row></sheetData></worksheet>";
    let bytes = archive(&[
        ("xl/workbook.xml", "<workbook/>"),
        ("xl/sharedStrings.xml", "<sst><si><t>Jonas</t></si><si><t>Ona</t></si></sst>"),
        ("xl/worksheets/sheet1.xml", sheet),
    ]);
    let facts = inspect("a.xlsx", &bytes).unwrap();
    assert_eq!((facts.kind, facts.text.as_str()), (Kind::Xlsx, "Jonas\nOna\n38001020125\t12.5\t\n"));
}

#[test]
fn opendocument_gives_its_text_and_facts() {
    let content =
        "<text:tracked-changes><text:changed-region><text:p>buvo</text:p></text:changed-region></text:tracked-changes>
        <text:p>yra<text:s/>čia<office:annotation><text:p>pastaba</text:p></office:annotation></text:p>";
    let meta = "<m><dc:title>Raštas</dc:title><dc:creator>Ona</dc:creator></m>";
    let styles = "<s><style:text-properties fo:language='lt' fo:country='LT'/></s>";
    let facts =
        inspect("a.odt", &opendocument("text", content, &[("meta.xml", meta), ("styles.xml", styles)])).unwrap();
    assert_eq!((facts.kind, facts.language.as_deref()), (Kind::Odt, Some("lt-LT")));
    assert!(["buvo", "yra čia", "pastaba"].iter().all(|part| facts.text.contains(part)), "{}", facts.text);
    assert_eq!(facts.concerns(), [Concern::TrackedChanges, Concern::Comments, Concern::Author]);

    let cells = "<table:table-row><table:table-cell office:value-type='float' office:value='38001020125'><text:p>3,8E+10</text:p></table:table-cell><table:table-cell><text:p>Ona</text:p></table:table-cell></table:table-row>";
    let facts = inspect("a.ods", &opendocument("spreadsheet", cells, &[])).unwrap();
    assert_eq!((facts.kind, facts.text.as_str()), (Kind::Ods, "38001020125\t3,8E+10\nOna\n"));
}

#[test]
fn locked_documents_are_said_to_be_locked() {
    let manifest = ("META-INF/manifest.xml", "<manifest><manifest:encryption-data/></manifest>");
    let odt =
        archive(&[("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", "\u{1}\u{2}"), manifest]);
    assert_eq!(inspect("a.odt", &odt).unwrap().concerns(), [Concern::Encrypted]);
    let compound = |name: &str| {
        [b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(), name.encode_utf16().flat_map(u16::to_le_bytes).collect()]
            .concat()
    };
    assert_eq!(inspect("a.docx", &compound("EncryptedPackage")).unwrap().concerns(), [Concern::Encrypted]);
    assert_eq!(inspect("a.doc", &compound("WordDocument")), Err(Unreadable::Outdated));
}

#[test]
fn a_bomb_in_an_archive_is_cut() {
    let bytes = docx(&format!("<w:p><w:t>{}", " ".repeat(MAX_UNPACKED)), &[]);
    assert!(bytes.len() < 400_000);
    assert!(inspect("a.docx", &bytes).unwrap().is_cut);
}

#[test]
fn entities_of_its_own_do_not_multiply() {
    let document = "<!DOCTYPE x [<!ENTITY a '1'><!ENTITY b '&a;&a;'>]><x><w:p><w:t>A&b;B</w:t></w:p></x>";
    let facts = inspect("a.docx", &archive(&[("word/document.xml", document)])).unwrap();
    assert_eq!(facts.text, "AB\n");
}

#[test]
fn texts_are_read_in_their_encoding() {
    let facts = inspect("a.csv", b"vardas;miestas\nJonas;\xD0iauliai \xE0\xE8\xE6\xEB\xE1\xF0\xF8\xFB\xFE").unwrap();
    assert_eq!(facts.text, "vardas;miestas\nJonas;Šiauliai ąčęėįšųūž");
    let utf16: Vec<u8> = format!("\u{feff}{LETTERS}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(inspect("a.txt", &utf16).unwrap().text, LETTERS);
    assert_eq!(inspect("a", LETTERS.as_bytes()).unwrap().text, LETTERS);
    assert_eq!(inspect("film.mp4", b"\0\0\0\x18\xFF\xFE"), Err(Unreadable::Unknown));
    assert_eq!(inspect("a.zip", &archive(&[("a.txt", "a")])), Err(Unreadable::Unknown));
}

#[test]
fn only_a_picture_with_a_position_has_one() {
    assert_eq!(inspect("a.jpg", &photograph(true)).unwrap().concerns(), [Concern::Position]);
    assert_eq!(inspect("a.jpg", &photograph(false)).unwrap().concerns(), []);
    let xmp = [b"\x89PNG\r\n\x1A\n".as_slice(), b"<x exif:GPSLatitude='54,41N'/>"].concat();
    assert!(inspect("a.png", &xmp).unwrap().has_position);
}

#[test]
fn every_concern_is_said_in_every_language() {
    use Concern::*;
    let all = [
        Untagged,
        Untitled,
        NoLanguage,
        Scanned,
        Encrypted,
        TrackedChanges,
        Comments,
        Position,
        Author,
        Cut,
        Outdated,
        Unreadable,
    ];
    for (concern, language) in all.into_iter().flat_map(|concern| Language::ALL.map(|language| (concern, language))) {
        let said = language.say(&concern.message());
        assert!(said.ends_with('.'), "{said}");
    }
}

fn real_documents() -> Vec<Vec<u8>> {
    let odt = opendocument("text", "<text:p>a</text:p>", &[]);
    vec![PRINTED.to_vec(), docx("<w:p><w:t>a</w:t></w:p>", &[]), odt, photograph(true)]
}

#[test]
fn a_document_that_ends_early_is_no_harm() {
    for document in real_documents() {
        let step = document.len().div_ceil(200);
        for end in (0..document.len()).step_by(step) {
            let _ = inspect("a", &document[..end]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_octets_are_harmful(bytes in prop::collection::vec(any::<u8>(), 0..2000), beginning in 0..6_usize) {
        let beginnings: [&[u8]; 6] = [b"", b"%PDF-1.7\n", b"PK\x03\x04", b"\xFF\xD8\xFF\xE1", b"II*\0", b"\0\0\0\x18ftypheic"];
        let _ = inspect("a.txt", &[beginnings[beginning], &bytes].concat());
    }

    #[test]
    fn no_damage_to_a_document_is_harmful(
        which in 0..4_usize,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..30),
    ) {
        let mut document = real_documents().swap_remove(which);
        for (at, byte) in damage {
            let at = at.index(document.len());
            document[at] = byte;
        }
        let _ = inspect("a", &document);
    }

    #[test]
    fn no_content_of_a_page_is_harmful(content in "[BTEJjdfmqQcmDoID<>\\[\\]()/ 0-9.\n-]{0,300}") {
        text_of(&content);
    }
}
