package io.flotilla.rollout.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WindowTest {
  private static final ZoneId PARIS = ZoneId.of("Europe/Paris");
  private static final List<String> DAILY =
      List.of("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN");
  private static final long MINUTE = 60_000;

  @Test
  void isOpenFromItsBeginningToBeforeItsEnd() {
    Window window = new Window(DAILY, "02:00", "04:00", "device");
    assertThat(window.open(at("2026-06-01T01:59:59+02:00"), PARIS)).isFalse();
    assertThat(window.open(at("2026-06-01T02:00:00+02:00"), PARIS)).isTrue();
    assertThat(window.open(at("2026-06-01T03:59:59+02:00"), PARIS)).isTrue();
    assertThat(window.open(at("2026-06-01T04:00:00+02:00"), PARIS)).isFalse();
  }

  @Test
  void aWindowOverMidnightBelongsToTheDayOnWhichItBegins() {
    Window window = new Window(List.of("fri"), "22:00", "02:00", "UTC");
    assertThat(window.open(at("2026-06-05T23:00:00Z"), PARIS)).isTrue();
    assertThat(window.open(at("2026-06-06T01:00:00Z"), PARIS)).isTrue();
    assertThat(window.open(at("2026-06-05T01:00:00Z"), PARIS)).isFalse();
    assertThat(window.open(at("2026-06-06T22:00:00Z"), PARIS)).isFalse();
  }

  @Test
  void aTimeThatSpringLeavesOutDoesNotOpenItThatNight() {
    Window window = new Window(DAILY, "02:15", "02:45", "Europe/Paris");
    assertThat(window.opensAt(at("2026-03-29T00:00:00+01:00"), PARIS))
        .hasValue(at("2026-03-30T02:15:00+02:00"));
  }

  @Test
  void aWindowThatSpringCutsOpensWhenTheClockJumpsIntoIt() {
    Window window = new Window(DAILY, "02:30", "04:00", "Europe/Paris");
    assertThat(window.opensAt(at("2026-03-29T00:00:00+01:00"), PARIS))
        .hasValue(at("2026-03-29T03:00:00+02:00"));
  }

  @Test
  void aTimeThatAutumnShowsTwiceOpensItTwice() {
    Window window = new Window(DAILY, "02:15", "02:45", "Europe/Paris");
    long first = at("2026-10-25T02:15:00+02:00");
    long second = at("2026-10-25T02:15:00+01:00");
    assertThat(window.opensAt(at("2026-10-25T00:00:00+02:00"), PARIS)).hasValue(first);
    assertThat(window.opensAt(first + 30 * MINUTE, PARIS)).hasValue(second);
  }

  @Test
  void aWeeklyWindowThatSpringSwallowsOpensTheWeekAfter() {
    Window window = new Window(List.of("SUN"), "02:15", "02:45", "Europe/Paris");
    assertThat(window.opensAt(at("2026-03-22T03:00:00+01:00"), PARIS))
        .hasValue(at("2026-04-05T02:15:00+02:00"));
  }

  @Test
  void itsOpeningIsTheFirstOpenMinuteInAllZonesAndSeasons() {
    long seed = 20261123;
    System.out.println("window seed " + seed);
    Random random = new Random(seed);
    List<ZoneId> zones =
        List.of(
            PARIS,
            ZoneId.of("America/New_York"),
            ZoneId.of("Australia/Lord_Howe"),
            ZoneId.of("Asia/Kolkata"));
    for (int run = 0; run < 200; run++) {
      ZoneId zone = zones.get(random.nextInt(zones.size()));
      Window window =
          new Window(
              List.of(DAILY.get(random.nextInt(7)), DAILY.get(random.nextInt(7))),
              "%02d:30".formatted(random.nextInt(24)),
              "%02d:00".formatted(random.nextInt(24)),
              "device");
      long fromMs = at("2026-01-01T00:00:00Z") + random.nextInt(365 * 24 * 60) * MINUTE;
      long minute = fromMs;
      while (!shows(window, minute, zone)) {
        minute += MINUTE;
      }
      assertThat(window.opensAt(fromMs, zone)).as("run %d of seed %d", run, seed).hasValue(minute);
    }
  }

  /** The same told in another way: by the text of the clock on the wall. */
  private static boolean shows(Window window, long atMs, ZoneId zone) {
    ZonedDateTime local = Instant.ofEpochMilli(atMs).atZone(zone);
    String time = "%02d:%02d".formatted(local.getHour(), local.getMinute());
    String day = DAILY.get(local.getDayOfWeek().getValue() - 1);
    String dayBefore = DAILY.get((local.getDayOfWeek().getValue() + 5) % 7);
    boolean after = time.compareTo(window.from()) >= 0;
    boolean before = time.compareTo(window.to()) < 0;
    return window.from().compareTo(window.to()) < 0
        ? after && before && window.days().contains(day)
        : (after && window.days().contains(day)) || (before && window.days().contains(dayBefore));
  }

  @Test
  void refusesWindowsThatNeverOpen() {
    refuses(() -> new Window(List.of(), "02:00", "04:00", "device"), "never opens");
    refuses(() -> new Window(DAILY, "02:00", "02:00", "device"), "never opens");
    refuses(() -> new Window(DAILY, "24:00", "02:00", "device"), "never opens");
  }

  @Test
  void refusesWhatCannotBeRead() {
    refuses(() -> new Window(List.of("someday"), "02:00", "04:00", "device"), "MON TUE");
    refuses(() -> new Window(DAILY, "2 o'clock", "04:00", "device"), "HH:MM");
    refuses(() -> new Window(DAILY, "02:00", "04:00", "Mars/Olympus"), "time zone");
  }

  @Test
  void aDeviceWithoutAZoneThatIsKnownIsInUtc() {
    assertThat(Window.zoneOf("Europe/Paris")).isEqualTo(PARIS);
    assertThat(Window.zoneOf("nowhere")).isEqualTo(ZoneOffset.UTC);
  }

  private static void refuses(Runnable window, String why) {
    assertThatThrownBy(window::run)
        .hasMessageContaining(why)
        .isInstanceOfSatisfying(
            FlotillaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.ROLLOUT_PLAN_INVALID));
  }

  private static long at(String text) {
    return ZonedDateTime.parse(text).toInstant().toEpochMilli();
  }
}
