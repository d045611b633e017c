package io.flotilla.conversion.tree.codec;

import com.fasterxml.jackson.core.JsonToken;
import java.io.InputStream;
import java.util.Optional;
import java.util.Set;

/** Tells what a JSON object is by its keys. */
public final class TopLevelKeys {
  private TopLevelKeys() {}

  /**
   * The first of these keys that the object has; it is read no further than there.
   *
   * @param in the file, closed at the end
   * @throws io.flotilla.bundle.failure.FlotillaException {@code TREE_DUMP_INVALID} if it is no JSON
   *     object up to there; {@code STORAGE_FAILED} if the disk fails
   */
  public static Optional<String> firstOf(InputStream in, Set<String> keys) {
    return JsonPull.begin(
        in,
        "the file",
        json -> {
          if (!json.at(JsonToken.START_OBJECT)) {
            throw json.wrong("it", "an object");
          }
          while (json.parser().nextToken() == JsonToken.FIELD_NAME) {
            String key = json.parser().currentName();
            if (keys.contains(key)) {
              return Optional.of(key);
            }
            json.parser().nextToken();
            json.skip();
          }
          return Optional.empty();
        });
  }
}
