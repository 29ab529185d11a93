#!/usr/bin/env python3
"""Writes what the fuzzers begin with to fuzz/corpus/TARGET: one small, sound input of each kind."""

import base64
import io
import json
import pathlib
import struct
import zipfile
import zlib

CORPUS = pathlib.Path(__file__).parent / "corpus"


def keep(target, name, content):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)


def archive(files):
    """A ZIP archive without compression, so that a fuzzer reaches what is in it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as opened:
        for name, text in files.items():
            opened.writestr(name, text)
    return packed.getvalue()


def xlsx():
    schema = "http://schemas.openxmlformats.org"
    cell = '<c r="{0}" t="inlineStr"><is><t>{1}</t></is></c>'
    rows = [["Song", "Popularity", "Cover"], ["A", "12,5", "c0"], ["B", "70", "c1"]]
    sheet = "".join(
        f'<row r="{y}">' + "".join(cell.format("ABC"[x] + str(y), text) for x, text in enumerate(row)) + "</row>"
        for y, row in enumerate(rows, 1)
    )
    relation = '<Relationship Id="rId1" Type="{0}/officeDocument/2006/relationships/{1}" Target="{2}"/>'
    relations = '<?xml version="1.0"?><Relationships xmlns="{0}/package/2006/relationships">{1}</Relationships>'
    return archive({
        "[Content_Types].xml": f'<?xml version="1.0"?><Types xmlns="{schema}/package/2006/content-types"/>',
        "_rels/.rels": relations.format(schema, relation.format(schema, "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<?xml version="1.0"?><workbook xmlns="{schema}/spreadsheetml/2006/main" '
        f'xmlns:r="{schema}/officeDocument/2006/relationships">'
        '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations.format(
            schema, relation.format(schema, "worksheet", "worksheets/sheet1.xml")
        ),
        "xl/worksheets/sheet1.xml": f'<?xml version="1.0"?><worksheet xmlns="{schema}/spreadsheetml/2006/main">'
        f'<dimension ref="A1:C3"/><sheetData>{sheet}</sheetData></worksheet>',
    })


def ods():
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ["office", "table", "text"])
    cell = '<table:table-cell office:value-type="string"><text:p>{0}</text:p></table:table-cell>'
    rows = "".join(
        "<table:table-row>" + "".join(cell.format(text) for text in row) + "</table:table-row>"
        for row in [["title", "popularity", "cover"], ["A", "12,5", "c0"]]
    )
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return archive({
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": '<?xml version="1.0"?>' + manifest,
        "content.xml": f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="S">{rows}</table:table></office:spreadsheet></office:body></office:document-content>',
    })


def png():
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    pixels = b"".join(b"\0" + bytes([y * 60, 20, 200] * 4) for y in range(4))
    head = struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")


def bmp():
    pixels = bytes(range(48))
    head = struct.pack("<IiiHHIIiiII", 40, 4, 4, 1, 24, 0, len(pixels), 2835, 2835, 0, 0)
    return b"BM" + struct.pack("<IHHI", 14 + len(head) + len(pixels), 0, 0, 54) + head + pixels


GIF = "R0lGODlhAQABAIAAAP8AAAAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw=="
WEBP = "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA"
JPEG = (
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////"
    "////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA="
)

TRACK = {
    "type": "track", "id": "a", "name": "A", "uri": "spotify:track:a", "popularity": 64, "artists": [{"name": "X"}],
    "album": {"name": "L", "release_date": "1999-01-02", "images": [{"url": "https://i/640", "width": 640}]},
}
ROW = {
    "id": 3135556, "readable": True, "title": "T", "rank": 100000, "artist": {"id": 27, "name": "A"},
    "album": {"id": 302127, "title": "L", "md5_image": "abc0", "cover_medium": "https://x/250"},
}
LAYER = {"filters": 8, "kernel_size": 3, "padding": "valid", "activation": "relu", "pool": 2}
SETTINGS = {"layers": [LAYER], "epochs": 3, "batch_size": 32, "learning_rate": 0.001, "image_size": 60, "seed": 1}
UNIT = {"network": {"name": "Q", "settings": SETTINGS}, "target": "popularity", "shuffle": None, "repeat": 0, "fold": 1}

keep("table", "seed.csv", ",track_name,popularity,album_url,playlist_uri,playlist_name,track_name_cleaned,key\n"
     "0,A,12,https://i/ab67616d0000b273x,37i,Rock,A,A_Rock\n1,\"B\nb\",1.234.567,,37i,Rock,B,B_Rock\n")
keep("table", "semicolons.csv", "sep=;\r\ntitle;popularity;cover\r\n\xc4;12,5;c0\r\n".encode("cp1252"))
keep("table", "utf16.csv", "title\tpopularity\tcover\nA\t70 %\tc0\n".encode("utf-16"))
keep("workbook", "small.xlsx", xlsx())
keep("workbook", "small.ods", ods())
keep("links", "links", "37i9dQZF1DX7vZYLzFGQXc spotify:user:a:playlist:37i9dQZF1DX7vZYLzFGQXc\n"
     "https://open.spotify.com/intl-de/playlist/37i9dQZF1DX7vZYLzFGQXc?si=1, https://www.deezer.com/de/playlist/908622995")
keep("login", "code", "GET /?code=abc%2F1&state=state HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
keep("login", "denied", "GET /?error=access_denied&state=state HTTP/1.1\r\n\r\n")
keep("spotify", "page", json.dumps({"items": [{"item": TRACK}, {"is_local": False, "track": TRACK}, None],
                                    "next": "https://api.spotify.com/v1/x?offset=100", "total": 3}))
keep("spotify", "track", json.dumps(TRACK))
keep("spotify", "head", json.dumps({"name": "N", "snapshot_id": "S"}))
keep("spotify", "refusal", json.dumps({"error": {"status": 403, "message": "No"}}))
keep("deezer", "page", json.dumps({"data": [ROW, {"id": "7"}], "total": 2, "next": "https://api.deezer.com/x?index=2"}))
keep("deezer", "head", json.dumps({"title": "T", "checksum": "c", "release_date": "1999-01-02"}))
keep("deezer", "error", json.dumps({"error": {"type": "Exception", "message": "Quota limit exceeded", "code": 4}}))
keep("plan", "plan", json.dumps({"digest": [0] * 32, "units": [UNIT]}))
keep("plan", "done", json.dumps({"key": [0] * 32, "seconds": 1.5, "predictions": [1, 2], "checksum": [0] * 32}))
keep("picture", "small.png", png())
keep("picture", "small.bmp", bmp())
keep("picture", "small.gif", base64.b64decode(GIF))
keep("picture", "small.webp", base64.b64decode(WEBP))
keep("picture", "small.jpg", base64.b64decode(JPEG))
