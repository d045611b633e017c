package io.flotilla.controller.alert;

import io.flotilla.controller.alert.AlertMachine.Seen;
import io.flotilla.controller.device.DeviceDirectory;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.controller.device.Selector;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.LoggedEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Looks at devices and events for rules. Of events it keeps the last {@value #MAX_EVENTS} in
 * memory, the ones before its start included. One thread at a time.
 */
final class Observer {
  /** Most groups of one rule; the rest is one group of its own. */
  static final int MAX_GROUPS = 1000;

  /** What the rest is called. */
  static final String OTHERS = "(others)";

  private static final int MAX_EVENTS = 10_000;
  private static final int PAGE = 1000;
  private static final String DEVICE = "device/";

  private final DeviceDirectory devices;
  private final EventLog events;
  private final Deque<LoggedEvent> recent = new ArrayDeque<>();
  private long seenThrough;

  Observer(DeviceDirectory devices, EventLog events) {
    this.devices = devices;
    this.events = events;
    this.seenThrough = Math.max(0, events.last() - MAX_EVENTS);
  }

  /** Reads what happened since the last time. */
  void refresh() {
    List<LoggedEvent> page;
    do {
      page = events.page(seenThrough, PAGE);
      for (LoggedEvent event : page) {
        seenThrough = event.id();
        if (!event.type().startsWith(Alerts.OWN_EVENTS)) {
          recent.addLast(event);
        }
        if (recent.size() > MAX_EVENTS) {
          recent.removeFirst();
        }
      }
    } while (page.size() == PAGE);
  }

  /** What a rule finds, by group; groups without finding may be missing. */
  Map<String, Seen> look(AlertRule rule, long nowMs) {
    Map<String, Counted> groups =
        rule.condition().kind() == Condition.Kind.EVENT
            ? events(rule, nowMs)
            : devices(rule, nowMs);
    Map<String, Seen> seen = new TreeMap<>();
    groups.forEach(
        (group, counted) ->
            seen.put(
                group,
                new Seen(
                    rule.condition().holds(counted.found, counted.of),
                    counted.subjects,
                    counted.found)));
    return seen;
  }

  private Map<String, Counted> devices(AlertRule rule, long nowMs) {
    Condition condition = rule.condition();
    Map<String, Counted> groups = new TreeMap<>();
    for (DeviceRecord device : devices.select(Selector.parse(condition.selector()))) {
      boolean quarantined = device.identity().quarantinedAtMs().isPresent();
      // One that is shut out has its own condition, and no other says anything of it.
      if (device.identity().admitted() || quarantined) {
        Counted group = group(groups, rule, Optional.of(device));
        group.of++;
        if (is(device, condition, quarantined, nowMs)) {
          group.add(DEVICE + device.id());
        }
      }
    }
    return groups;
  }

  private static boolean is(
      DeviceRecord device, Condition condition, boolean quarantined, long nowMs) {
    return switch (condition.kind()) {
      case OFFLINE ->
          !quarantined
              && !device.online()
              && nowMs - Math.max(device.lastSeenMs(), device.enrolledAtMs())
                  >= TimeUnit.SECONDS.toMillis(condition.seconds().orElseThrow());
      case DRIFTING -> !quarantined && device.drifting();
      case UNCONVERGED ->
          !quarantined
              && device.desired().isPresent()
              && !device.desired().map(DeviceRecord.Desired::target).equals(device.running());
      case QUARANTINED -> quarantined;
      case EVENT -> throw new IllegalArgumentException("events are no devices");
    };
  }

  private Map<String, Counted> events(AlertRule rule, long nowMs) {
    Condition condition = rule.condition();
    Selector selector = Selector.parse(condition.selector());
    long fromMs = nowMs - TimeUnit.SECONDS.toMillis(condition.seconds().orElseThrow());
    String type = condition.type().orElseThrow();
    Map<String, Counted> groups = new TreeMap<>();
    for (LoggedEvent event : recent) {
      boolean named = event.type().equals(type) || event.type().startsWith(type + ".");
      if (event.timeMs() > fromMs && named) {
        Optional<DeviceRecord> device =
            event.subject().startsWith(DEVICE)
                ? devices.find(event.subject().substring(DEVICE.length()))
                : Optional.empty();
        if (selector.equals(Selector.ALL) || device.filter(selector::matches).isPresent()) {
          group(groups, rule, device).add(event.subject());
        }
      }
    }
    return groups;
  }

  private static Counted group(
      Map<String, Counted> groups, AlertRule rule, Optional<DeviceRecord> device) {
    String group =
        rule.terms()
            .groupBy()
            .map(key -> device.map(d -> d.labels().getOrDefault(key, "")).orElse(""))
            .orElse("");
    String name = groups.containsKey(group) || groups.size() < MAX_GROUPS ? group : OTHERS;
    return groups.computeIfAbsent(name, g -> new Counted());
  }

  /** Counts, and remembers the first subjects. */
  private static final class Counted {
    private final List<String> subjects = new ArrayList<>();
    private long found;
    private long of;

    void add(String subject) {
      found++;
      if (subjects.size() < Alert.MAX_SUBJECTS && !subjects.contains(subject)) {
        subjects.add(subject);
      }
    }
  }
}
