package io.flotilla.registry.lineage;

import java.io.StringWriter;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** Writes elements; whatever a text contains, the result is well-formed. */
final class SvgWriter {
  private final StringWriter text = new StringWriter();
  private final XMLStreamWriter xml;

  SvgWriter() {
    try {
      xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
    } catch (XMLStreamException e) {
      throw failed(e);
    }
  }

  /** Opens an element with attributes, given as name, value, name, value. */
  SvgWriter open(String name, Object... attributes) {
    try {
      xml.writeCharacters("\n");
      xml.writeStartElement(name);
      for (int i = 0; i < attributes.length; i += 2) {
        xml.writeAttribute(attributes[i].toString(), clean(form(attributes[i + 1])));
      }
      return this;
    } catch (XMLStreamException e) {
      throw failed(e);
    }
  }

  SvgWriter text(String content) {
    try {
      xml.writeCharacters(clean(content));
      return this;
    } catch (XMLStreamException e) {
      throw failed(e);
    }
  }

  SvgWriter close() {
    try {
      xml.writeEndElement();
      return this;
    } catch (XMLStreamException e) {
      throw failed(e);
    }
  }

  /** An element without content. */
  SvgWriter leaf(String name, Object... attributes) {
    return open(name, attributes).close();
  }

  /** What was written. */
  String result() {
    return text.toString().strip() + "\n";
  }

  /** A number with at most one digit after the point. */
  static String number(double value) {
    String text = String.format(Locale.ROOT, "%.1f", value);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }

  private static String form(Object value) {
    return value instanceof Double number ? number(number) : value.toString();
  }

  /** XML 1.0 has no control characters, not even escaped. */
  private static String clean(String text) {
    StringBuilder clean = new StringBuilder();
    text.codePoints().map(c -> allowed(c) ? c : '\ufffd').forEach(clean::appendCodePoint);
    return clean.toString();
  }

  /** Clause 2.2 of XML 1.0. */
  private static boolean allowed(int character) {
    return character == '\t'
        || character == '\n'
        || (character >= 0x20 && character < 0xd800)
        || (character > 0xdfff && character != 0xfffe && character != 0xffff);
  }

  private static IllegalStateException failed(XMLStreamException e) {
    return new IllegalStateException("writing into memory cannot fail", e);
  }
}
