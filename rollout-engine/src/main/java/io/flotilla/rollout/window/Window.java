package io.flotilla.rollout.window;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * When devices may be touched: on some days of the week, while the clock on the wall shows a time
 * from {@code from} to before {@code to}. It is open exactly when that clock says so: a time that a
 * spring night leaves out does not open it, and one that an autumn night shows twice opens it
 * twice. A window over midnight belongs to the day on which it begins.
 *
 * @param days {@code MON} to {@code SUN}, 1 or more
 * @param from {@code HH:MM}
 * @param to {@code HH:MM}; {@code 24:00} for the end of the day
 * @param zone {@code device}, or the name of a time zone such as {@code Europe/Paris}
 */
public record Window(List<String> days, String from, String to, String zone) {
  /** The zone of windows that follow each device's own. */
  public static final String DEVICE_ZONE = "device";

  /** A week without a day that a change of the clock swallows, and one more. */
  private static final int HORIZON_DAYS = 16;

  private static final int DAY_NAME = 3;
  private static final String END_OF_DAY = "24:00";
  private static final int SECONDS_A_DAY = 24 * 3600;

  /**
   * Checks that it can open.
   *
   * @throws FlotillaException {@code ROLLOUT_PLAN_INVALID} if it never opens, or something cannot
   *     be read
   */
  public Window {
    days = days.stream().map(day -> name(day(day))).distinct().toList();
    if (days.isEmpty()) {
      throw invalid("a window without days never opens: leave \"days\" out for every day");
    }
    if (second(from) == SECONDS_A_DAY || second(from) == second(to)) {
      throw invalid("a window from " + from + " to " + to + " never opens");
    }
    if (!zone.equals(DEVICE_ZONE)) {
      zone(zone);
    }
  }

  /** The zone of a device, as its label says; UTC if it says none that is known. */
  public static ZoneId zoneOf(String label) {
    try {
      return ZoneId.of(label);
    } catch (DateTimeException e) {
      return ZoneOffset.UTC;
    }
  }

  /** The zone that counts for a device in this zone. */
  public ZoneId zoneFor(ZoneId device) {
    return zone.equals(DEVICE_ZONE) ? device : zone(zone);
  }

  /**
   * Whether it is open.
   *
   * @param atMs Unix time in milliseconds
   * @param device the device's zone
   */
  public boolean open(long atMs, ZoneId device) {
    LocalDateTime local = LocalDateTime.ofInstant(Instant.ofEpochMilli(atMs), zoneFor(device));
    int now = local.toLocalTime().toSecondOfDay();
    int begin = second(from);
    int end = second(to);
    if (begin < end) {
      return now >= begin && now < end && on(local.toLocalDate());
    }
    return (now >= begin && on(local.toLocalDate()))
        || (now < end && on(local.toLocalDate().minusDays(1)));
  }

  /**
   * The first moment from this one on at which it is open.
   *
   * @param atMs Unix time in milliseconds
   * @param device the device's zone
   * @return Unix time in milliseconds; empty if it does not open within 16 days, which no window
   *     and no zone in use does
   */
  public OptionalLong opensAt(long atMs, ZoneId device) {
    if (open(atMs, device)) {
      return OptionalLong.of(atMs);
    }
    ZoneRules rules = zoneFor(device).getRules();
    Instant from0 = Instant.ofEpochMilli(atMs);
    LocalDate today = LocalDateTime.ofInstant(from0, zoneFor(device)).toLocalDate();
    Stream<Instant> begins =
        Stream.iterate(today, day -> day.plusDays(1))
            .limit(HORIZON_DAYS)
            .map(day -> day.atTime(LocalTime.ofSecondOfDay(second(from))))
            .flatMap(
                local ->
                    rules.getValidOffsets(local).stream().map(offset -> local.toInstant(offset)));
    Instant end = from0.plusSeconds((long) HORIZON_DAYS * SECONDS_A_DAY);
    Stream<Instant> changes =
        Stream.iterate(
                rules.nextTransition(from0),
                next -> next != null && next.getInstant().isBefore(end),
                next -> rules.nextTransition(next.getInstant()))
            .map(ZoneOffsetTransition::getInstant);
    return Stream.concat(begins, changes)
        .mapToLong(Instant::toEpochMilli)
        .filter(moment -> moment >= atMs && open(moment, device))
        .min();
  }

  private boolean on(LocalDate date) {
    return days.contains(name(date.getDayOfWeek()));
  }

  private static String name(DayOfWeek day) {
    return day.name().substring(0, DAY_NAME);
  }

  private static DayOfWeek day(String text) {
    return Stream.of(DayOfWeek.values())
        .filter(day -> name(day).equals(text.toUpperCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() -> invalid("a window's days are MON TUE WED THU FRI SAT SUN"));
  }

  private static int second(String text) {
    if (text.equals(END_OF_DAY)) {
      return SECONDS_A_DAY;
    }
    try {
      return LocalTime.parse(text).toSecondOfDay();
    } catch (DateTimeException e) {
      throw new FlotillaException(
          ErrorCode.ROLLOUT_PLAN_INVALID, "a window's times are HH:MM, such as 02:00", e);
    }
  }

  private static ZoneId zone(String name) {
    try {
      return ZoneId.of(name);
    } catch (DateTimeException e) {
      throw new FlotillaException(
          ErrorCode.ROLLOUT_PLAN_INVALID,
          "a window's zone is \"device\" or the name of a time zone, such as Europe/Paris",
          e);
    }
  }

  private static FlotillaException invalid(String message) {
    return new FlotillaException(ErrorCode.ROLLOUT_PLAN_INVALID, message);
  }
}
