package io.flotilla.cli.console;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** A time as typed on a command line. */
public final class Moment {
  private Moment() {}

  /**
   * Reads {@code 2026-11-01} (midnight, UTC) or {@code 2026-11-01T12:30:00Z} (ISO 8601).
   *
   * @throws FlotillaException {@code INPUT_INVALID} if it is neither
   */
  public static Instant parse(String text) {
    try {
      return text.contains("T")
          ? OffsetDateTime.parse(text).toInstant()
          : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
    } catch (DateTimeException e) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "'%s' is not a date such as 2026-11-01 or a time such as 2026-11-01T12:30:00Z"
              .formatted(text),
          e);
    }
  }
}
