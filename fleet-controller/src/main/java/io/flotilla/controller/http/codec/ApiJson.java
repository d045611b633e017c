package io.flotilla.controller.http.codec;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.IOException;
import java.util.stream.Collectors;

/**
 * Answers to JSON and requests from JSON. Records, maps, lists, text, numbers, {@code Optional}
 * (null where empty). A request with an unknown, missing or null member is refused: a misspelt
 * option must not be taken for its default; {@code Optional} members may be left out. Lists and
 * maps of a request hold no nulls; a {@link FreeForm} may. Thread-safe.
 */
public final class ApiJson {
  private static final int MAX_DEPTH = 32;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .addModule(new Jdk8Module())
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
          .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private ApiJson() {}

  /** The JSON form, in UTF-8. */
  public static byte[] encode(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an answer must be encodable", e);
    }
  }

  /**
   * Reads a request.
   *
   * @throws FlotillaException {@code INPUT_INVALID} with the member at fault
   */
  public static <T> T decode(byte[] json, Class<T> type) {
    try {
      T value = MAPPER.readValue(json, type);
      if (value == null) {
        throw new FlotillaException(ErrorCode.INPUT_INVALID, "the JSON value is null");
      }
      return value;
    } catch (JsonMappingException e) {
      if (e.getCause() instanceof FlotillaException refused) {
        throw refused; // a record's own border guard
      }
      throw new FlotillaException(ErrorCode.INPUT_INVALID, atFault(e), e);
    } catch (IOException e) {
      throw new FlotillaException(ErrorCode.INPUT_INVALID, "the body is not valid JSON", e);
    }
  }

  private static String atFault(JsonMappingException e) {
    String member =
        e.getPath().stream()
            .map(at -> at.getFieldName() == null ? "[" + at.getIndex() + "]" : at.getFieldName())
            .collect(Collectors.joining("."));
    return member.isEmpty()
        ? "the body is missing or not the JSON object that is expected"
        : "the JSON member \"" + member + "\" is missing, unknown or of the wrong type";
  }
}
