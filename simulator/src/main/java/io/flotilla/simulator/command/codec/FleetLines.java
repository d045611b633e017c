package io.flotilla.simulator.command.codec;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.simulator.command.FleetCommand;
import io.flotilla.simulator.command.FleetEvent;

/**
 * Commands and events as JSON, one object a line: {@code {"cmd":"feed","windows":2,"rows":200}},
 * {@code {"event":"fed","predictions":8000}}. Thread-safe.
 */
public final class FleetLines {
  /** Most characters of a command. */
  public static final int MAX_CHARS = 1 << 20;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .addMixIn(FleetCommand.class, CommandForm.class)
          .addMixIn(FleetEvent.class, EventForm.class)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private FleetLines() {}

  /** An event as one line, without the line's end. */
  public static String encode(FleetEvent event) {
    return write(event);
  }

  /** A command as one line, without the line's end. */
  public static String encode(FleetCommand command) {
    return write(command);
  }

  /**
   * Reads a command.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if the line is no command; {@code
   *     REQUEST_TOO_LARGE} over {@link #MAX_CHARS}
   */
  public static FleetCommand decodeCommand(String line) {
    return read(line, FleetCommand.class, "a command of the fleet process");
  }

  /**
   * Reads an event.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if the line is no event; {@code
   *     REQUEST_TOO_LARGE} over {@link #MAX_CHARS}
   */
  public static FleetEvent decodeEvent(String line) {
    return read(line, FleetEvent.class, "an event of the fleet process");
  }

  private static String write(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("commands and events must be encodable", e);
    }
  }

  private static <T> T read(String line, Class<T> type, String what) {
    if (line.length() > MAX_CHARS) {
      throw new FlotillaException(
          ErrorCode.REQUEST_TOO_LARGE,
          "a line of %d characters is over the limit of %d".formatted(line.length(), MAX_CHARS));
    }
    try {
      T value = MAPPER.readValue(line, type);
      if (value == null) {
        throw new FlotillaException(ErrorCode.INPUT_INVALID, "not " + what + ": null");
      }
      return value;
    } catch (JsonMappingException e) {
      if (e.getCause() instanceof FlotillaException refused) {
        throw refused;
      }
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "not %s: %s".formatted(what, e.getOriginalMessage()), e);
    } catch (JsonProcessingException e) {
      throw new FlotillaException(ErrorCode.INPUT_INVALID, "not " + what + " in JSON", e);
    }
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "cmd")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = FleetCommand.Enrol.class, name = "enrol"),
    @JsonSubTypes.Type(value = FleetCommand.Start.class, name = "start"),
    @JsonSubTypes.Type(value = FleetCommand.Feed.class, name = "feed"),
    @JsonSubTypes.Type(value = FleetCommand.Degrade.class, name = "degrade"),
    @JsonSubTypes.Type(value = FleetCommand.Status.class, name = "status"),
    @JsonSubTypes.Type(value = FleetCommand.Labels.class, name = "labels"),
    @JsonSubTypes.Type(value = FleetCommand.Drain.class, name = "drain"),
    @JsonSubTypes.Type(value = FleetCommand.Stop.class, name = "stop")
  })
  private interface CommandForm {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "event")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = FleetEvent.Progress.class, name = "progress"),
    @JsonSubTypes.Type(value = FleetEvent.Enrolled.class, name = "enrolled"),
    @JsonSubTypes.Type(value = FleetEvent.Started.class, name = "started"),
    @JsonSubTypes.Type(value = FleetEvent.Fed.class, name = "fed"),
    @JsonSubTypes.Type(value = FleetEvent.Degraded.class, name = "degraded"),
    @JsonSubTypes.Type(value = FleetEvent.Status.class, name = "status"),
    @JsonSubTypes.Type(value = FleetEvent.Labels.class, name = "labels"),
    @JsonSubTypes.Type(value = FleetEvent.Drained.class, name = "drained"),
    @JsonSubTypes.Type(value = FleetEvent.Stopped.class, name = "stopped"),
    @JsonSubTypes.Type(value = FleetEvent.Failed.class, name = "error")
  })
  private interface EventForm {}
}
