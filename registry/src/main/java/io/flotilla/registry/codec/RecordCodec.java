package io.flotilla.registry.codec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Stored records as JSON. Components may be primitives, text, enums, {@code byte[]} (Base64),
 * lists, maps with text keys, {@code Optional}, other records and sealed interfaces of records,
 * whose kind is written as {@code "type"} with the record's simple name. Unknown keys are ignored
 * and a missing optional is empty, so that records may grow; a missing or null value of any other
 * component is refused. The same record always gives the same bytes. Thread-safe.
 */
public final class RecordCodec {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .annotationIntrospector(new SealedTypes())
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private RecordCodec() {}

  /** The JSON form, in UTF-8. */
  public static byte[] encode(Record value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a stored record must be encodable", e);
    }
  }

  /**
   * Reads a record, or a sealed interface of records.
   *
   * @throws FlotillaException {@code STORE_CORRUPT} if the bytes are not a well-formed {@code type}
   */
  public static <T> T decode(byte[] json, Class<T> type) {
    return read(json, type, "a stored " + type.getSimpleName());
  }

  /**
   * Reads the record of a key.
   *
   * @param key what the failure names, such as {@code model-version/digits/0000000003}
   * @throws FlotillaException {@code STORE_CORRUPT}, naming the key, if the bytes are not a
   *     well-formed {@code type}
   */
  public static <T> T decode(byte[] json, Class<T> type, String key) {
    return read(json, type, "the record " + key);
  }

  private static <T> T read(byte[] json, Class<T> type, String what) {
    try {
      T value = MAPPER.readValue(json, type);
      if (value == null) {
        throw corrupt(what, null);
      }
      return value;
    } catch (IOException e) {
      throw corrupt(what, e);
    }
  }

  private static FlotillaException corrupt(String what, @Nullable IOException cause) {
    String message = what + " cannot be read: restore the store from a backup";
    return cause == null
        ? new FlotillaException(ErrorCode.STORE_CORRUPT, message)
        : new FlotillaException(ErrorCode.STORE_CORRUPT, message, cause);
  }
}
