package io.flotilla.bundle.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import java.util.Arrays;
import java.util.Base64;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Strict readers of the parts of signed documents. What fits no reader ends in {@code
 * SIGNATURE_INVALID}.
 */
final class Trees {
  private Trees() {}

  static JsonNode parse(ObjectMapper mapper, byte[] json, int maxBytes, String what) {
    if (json.length > maxBytes) {
      throw invalid(
          "%s of %d bytes is over the limit of %d".formatted(what, json.length, maxBytes));
    }
    return Strict.read(mapper, json, JsonNode.class, ErrorCode.SIGNATURE_INVALID, what);
  }

  /** The object under a key. */
  static JsonNode object(JsonNode parent, String key) {
    JsonNode child = parent.get(key);
    if (child == null || !child.isObject()) {
      throw invalid("the signature lacks the object " + key);
    }
    return child;
  }

  /** The array under a key, with at most so many elements. */
  static JsonNode array(JsonNode parent, String key, int most) {
    JsonNode child = parent.get(key);
    if (child == null || !child.isArray() || child.size() > most) {
      throw invalid("the signature lacks the list %s of at most %d elements".formatted(key, most));
    }
    return child;
  }

  /** The only element of the array under a key, an object. */
  static JsonNode only(JsonNode parent, String key) {
    JsonNode array = array(parent, key, 1);
    JsonNode element = array.get(0);
    if (element == null || !element.isObject()) {
      throw invalid("the signature's %s is not exactly one object".formatted(key));
    }
    return element;
  }

  /** The text under a key. */
  static String text(JsonNode parent, String key) {
    String text = textOrNull(parent, key);
    if (text == null) {
      throw invalid("the signature lacks the text " + key);
    }
    return text;
  }

  /** The text under a key; null if the key is absent or null. */
  static @Nullable String textOrNull(JsonNode parent, String key) {
    JsonNode child = parent.get(key);
    if (child == null || child.isNull()) {
      return null;
    }
    if (!child.isTextual()) {
      throw invalid("the signature's %s is not a text".formatted(key));
    }
    return child.textValue();
  }

  /** The bytes under a key, in the one base64 form that standard encoding gives them. */
  static byte[] base64(JsonNode parent, String key) {
    String text = text(parent, key);
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new FlotillaException(
          ErrorCode.SIGNATURE_INVALID, "the signature's %s is not base64".formatted(key), e);
    }
    if (!Base64.getEncoder().encodeToString(bytes).equals(text)) {
      throw invalid("the signature's %s is not canonical base64".formatted(key));
    }
    return bytes;
  }

  static void requireText(JsonNode parent, String key, String expected) {
    if (!text(parent, key).equals(expected)) {
      throw invalid("the signature's %s is not %s".formatted(key, expected));
    }
  }

  /** Refuses keys beyond these. */
  static void requireOnlyKeys(JsonNode object, String... keys) {
    Set<String> allowed = Set.copyOf(Arrays.asList(keys));
    if (!object.isObject()) {
      throw invalid("the signature is not a JSON object");
    }
    object
        .fieldNames()
        .forEachRemaining(
            key -> {
              if (!allowed.contains(key)) {
                throw invalid("the signature has the unknown key " + Printable.of(key));
              }
            });
  }

  static FlotillaException invalid(String sentence) {
    return new FlotillaException(ErrorCode.SIGNATURE_INVALID, sentence);
  }
}
