package io.flotilla.cli.codec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One JSON value. Reading is forgiving: a member that is not there is a missing value, whose text
 * is empty and whose numbers are 0. Objects and arrays made by {@link #object} and {@link #array}
 * are filled in place by one thread.
 */
public final class Json {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private static final ObjectMapper YAML =
      new ObjectMapper(new YAMLFactory()).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final JsonNode node;

  private Json(JsonNode node) {
    this.node = node;
  }

  /**
   * Reads one JSON document.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if the text is not exactly one
   */
  public static Json parse(String text) {
    try {
      return new Json(MAPPER.readTree(text));
    } catch (JsonProcessingException e) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "this is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** Reads one JSON document in UTF-8; see {@link #parse(String)}. */
  public static Json parse(byte[] utf8) {
    return parse(new String(utf8, StandardCharsets.UTF_8));
  }

  /**
   * Reads one YAML document: plain data, no anchors that grow, no tags.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if the text is not exactly one
   */
  public static Json parseYaml(String text) {
    try {
      JsonNode node = YAML.readTree(text);
      return new Json(node == null ? MissingNode.getInstance() : node);
    } catch (JsonProcessingException e) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "this is not YAML: " + e.getOriginalMessage(), e);
    }
  }

  /** A new, empty object. */
  public static Json object() {
    return new Json(MAPPER.createObjectNode());
  }

  /** A new, empty array. */
  public static Json array() {
    return new Json(MAPPER.createArrayNode());
  }

  /** The value of a text, number, boolean, record, list or map; null is JSON's null. */
  public static Json of(@Nullable Object value) {
    return new Json(tree(value));
  }

  private static JsonNode tree(@Nullable Object value) {
    return switch (value) {
      case Json json -> json.node;
      case Iterable<?> items -> {
        ArrayNode array = MAPPER.createArrayNode();
        items.forEach(item -> array.add(tree(item)));
        yield array;
      }
      case null, default -> MAPPER.valueToTree(value);
    };
  }

  /** Sets a member of this object. */
  public Json put(String name, @Nullable Object value) {
    if (!(node instanceof ObjectNode object)) {
      throw new IllegalStateException("not an object: " + this);
    }
    object.set(name, tree(value));
    return this;
  }

  /** Appends to this array. */
  public Json add(@Nullable Object value) {
    if (!(node instanceof ArrayNode array)) {
      throw new IllegalStateException("not an array: " + this);
    }
    array.add(tree(value));
    return this;
  }

  /** The member of that name, or a missing value. */
  public Json get(String name) {
    return new Json(node.path(name));
  }

  /** The element at that index, from 0, or a missing value. */
  public Json get(int index) {
    return new Json(node.path(index));
  }

  /** True if there is a value here that is not null. */
  public boolean isPresent() {
    return !node.isMissingNode() && !node.isNull();
  }

  /** True if this is an object. */
  public boolean isObject() {
    return node.isObject();
  }

  /** True if this is an array. */
  public boolean isArray() {
    return node.isArray();
  }

  /** True if this is a number. */
  public boolean isNumber() {
    return node.isNumber();
  }

  /** Elements of an array, or the values of an object, in order; empty for anything else. */
  public List<Json> items() {
    List<Json> items = new ArrayList<>();
    node.forEach(item -> items.add(new Json(item)));
    return items;
  }

  /** Names of an object's members, in order; empty for anything else. */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    for (Iterator<String> it = node.fieldNames(); it.hasNext(); ) {
      names.add(it.next());
    }
    return names;
  }

  /** Number of elements or members; 0 for anything else. */
  public int size() {
    return node.size();
  }

  /** The text of a string, number or boolean; empty where there is none. */
  public String asText() {
    return node.isNull() ? "" : node.asText("");
  }

  /** The text of the member of that name; empty where there is none. */
  public String text(String name) {
    return get(name).asText();
  }

  /** The text, or the other one where there is no value. */
  public String asText(String otherwise) {
    return isPresent() ? asText() : otherwise;
  }

  /** The number as an int; 0 where there is none. */
  public int asInt() {
    return node.asInt(0);
  }

  /** The number as a long; 0 where there is none. */
  public long asLong() {
    return node.asLong(0);
  }

  /** The number as a double; 0 where there is none. */
  public double asDouble() {
    return node.asDouble(0);
  }

  /** The truth of a boolean; false where there is none. */
  public boolean asBoolean() {
    return node.asBoolean(false);
  }

  /** A copy in which no object, at any depth, has a member whose value is null. */
  public Json withoutNulls() {
    return new Json(withoutNulls(node));
  }

  private static JsonNode withoutNulls(JsonNode from) {
    if (from instanceof ObjectNode object) {
      ObjectNode copy = MAPPER.createObjectNode();
      object
          .properties()
          .forEach(
              member -> {
                if (!member.getValue().isNull()) {
                  copy.set(member.getKey(), withoutNulls(member.getValue()));
                }
              });
      return copy;
    }
    if (from instanceof ArrayNode array) {
      ArrayNode copy = MAPPER.createArrayNode();
      array.forEach(item -> copy.add(withoutNulls(item)));
      return copy;
    }
    return from;
  }

  /** UTF-8 bytes of the compact form. */
  public byte[] bytes() {
    return toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Over several lines, for people. */
  public String pretty() {
    return node.toPrettyString();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Json json && json.node.equals(node);
  }

  @Override
  public int hashCode() {
    return node.hashCode();
  }

  /** The compact form, on one line; {@code null} where there is no value. */
  @Override
  public String toString() {
    return node instanceof MissingNode ? "null" : node.toString();
  }
}
