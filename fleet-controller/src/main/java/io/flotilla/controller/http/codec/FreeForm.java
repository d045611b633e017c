package io.flotilla.controller.http.codec;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A JSON object of whatever its sender likes, nulls included: kept and given back as it came. Equal
 * by content.
 */
public final class FreeForm {
  private final ObjectNode content;

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  private FreeForm(ObjectNode content) {
    this.content = content.deepCopy();
  }

  @JsonValue
  private ObjectNode content() {
    return content;
  }

  /** How many bytes it has as JSON, in UTF-8. */
  public int sizeBytes() {
    return ApiJson.encode(content).length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FreeForm form && form.content.equals(content);
  }

  @Override
  public int hashCode() {
    return content.hashCode();
  }

  @Override
  public String toString() {
    return content.toString();
  }
}
