package io.flotilla.controller.alert;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.alert.AlertMachine.Notice;
import io.flotilla.controller.alert.AlertMachine.Seen;
import io.flotilla.controller.alert.AlertMachine.Step;
import io.flotilla.controller.core.DecisionLoop;
import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.device.FleetState;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.FleetEvent;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every {@value #LOOK_SECONDS} s whether the conditions of alert rules hold, on a thread of
 * its own. What is to be told becomes an event, {@code io.flotilla.alert.firing} or {@code
 * …resolved}, and goes where events go: to webhooks, by e-mail, into the event stream. States are
 * stored: a restart neither forgets an alert nor tells it twice.
 */
public final class Alerts implements AutoCloseable {
  /** Most rules. */
  public static final int MAX_RULES = 200;

  /** Most silences. */
  public static final int MAX_SILENCES = 200;

  static final String OWN_EVENTS = "io.flotilla.alert.";
  static final Table<AlertRule> RULES = Table.cached("alert-rule", AlertRule.class);
  static final Table<Alert> ALERTS = Table.cached("alert", Alert.class);
  static final Table<Silence> SILENCES = Table.cached("silence", Silence.class);

  private static final Logger LOG = LoggerFactory.getLogger(Alerts.class);
  private static final int LOOK_SECONDS = 5;
  private static final int MAX_ALERTS = 10_000;

  private final DecisionLoop core;
  private final EventLog events;
  private final StoredRecords stored;
  private final Clock clock;
  private final Observer observer;
  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().name("flotilla-alerts").daemon(true).factory());

  /** Alerts of this fleet; nothing is looked at before {@link #start}. */
  public Alerts(FleetState fleet, StoredRecords stored, Clock clock) {
    this.core = fleet.core();
    this.events = fleet.events();
    this.stored = stored;
    this.clock = clock;
    this.observer = new Observer(fleet.devices(), fleet.events());
  }

  /** Goes on where an earlier process stopped. */
  public void start() {
    var _ =
        thread.scheduleWithFixedDelay(
            this::lookSafely, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
  }

  private void lookSafely() {
    try {
      look();
    } catch (FlotillaException | CompletionException e) {
      LOG.warn("alerts are not looked at: {}", e.getMessage());
    }
  }

  /** Looks once, and stores what came of it. One thread at a time. */
  void look() {
    long nowMs = clock.millis();
    observer.refresh();
    List<AlertRule> rules = rules();
    Map<String, Map<String, Seen>> found = new HashMap<>();
    for (AlertRule rule : rules) {
      found.put(rule.name(), observer.look(rule, nowMs));
    }
    core.submit(
            tx -> {
              List<Silence> silences = silences(tx, nowMs);
              found.forEach((rule, seen) -> judge(tx, rule, seen, silences, nowMs));
              return nowMs;
            })
        .toCompletableFuture()
        .join();
  }

  private void judge(
      Transaction tx, String name, Map<String, Seen> seen, List<Silence> silences, long nowMs) {
    Optional<AlertRule> rule = tx.get(RULES, name);
    if (rule.isEmpty()) {
      return; // deleted since the look began
    }
    TreeSet<String> groups = new TreeSet<>();
    seen.forEach(
        (group, one) -> {
          if (one.holds()) {
            groups.add(group);
          }
        });
    tx.scan(ALERTS, name + "/", "", MAX_ALERTS).forEach(row -> groups.add(row.value().group()));
    for (String group : groups) {
      String key = key(name, group);
      Optional<Alert> known = tx.get(ALERTS, key);
      Alert before = known.orElseGet(() -> AlertMachine.begin(rule.get(), group, nowMs));
      boolean silenced = silences.stream().anyMatch(s -> s.covers(name, group, nowMs));
      Step step =
          AlertMachine.step(
              rule.get(), before, seen.getOrDefault(group, Seen.NOTHING), silenced, nowMs);
      store(tx, key, known, step.after());
      step.notice().ifPresent(n -> tell(tx, n, rule.get(), step.after().orElse(before)));
    }
  }

  private static void store(
      Transaction tx, String key, Optional<Alert> known, Optional<Alert> after) {
    if (after.isEmpty()) {
      tx.delete(ALERTS, key);
    } else if (!after.equals(known)) {
      tx.put(ALERTS, key, after.get());
    }
  }

  private void tell(Transaction tx, Notice notice, AlertRule rule, Alert alert) {
    Map<String, Object> data = new TreeMap<>();
    data.put("rule", rule.name());
    data.put("group", alert.group());
    data.put("severity", rule.severity().name().toLowerCase(Locale.ROOT));
    data.put("sinceMs", alert.sinceMs());
    data.put("found", alert.found());
    data.put("subjects", alert.subjects());
    data.put("told", alert.held().told());
    data.put("runbook", rule.runbook());
    events.append(
        tx,
        new FleetEvent(
            OWN_EVENTS + notice.name().toLowerCase(Locale.ROOT), "alert/" + rule.name(), data));
  }

  private static String key(String rule, String group) {
    return rule + "/" + group;
  }

  /** Silences that have not ended; the others are forgotten. */
  private static List<Silence> silences(Transaction tx, long nowMs) {
    List<Table.Row<Silence>> all = tx.scan(SILENCES, "", "", MAX_SILENCES);
    all.stream()
        .filter(row -> row.value().untilMs() <= nowMs)
        .forEach(row -> tx.delete(SILENCES, row.id()));
    return all.stream().map(Table.Row::value).filter(s -> s.untilMs() > nowMs).toList();
  }

  /**
   * Saves a rule in place of what had its name. Its alerts go on.
   *
   * @throws FlotillaException {@code CONFLICT} if there are {@value #MAX_RULES} already
   */
  void put(Transaction tx, AlertRule rule) {
    if (tx.get(RULES, rule.name()).isEmpty()
        && tx.scan(RULES, "", "", MAX_RULES).size() == MAX_RULES) {
      throw new FlotillaException(
          ErrorCode.CONFLICT, "there are %d alert rules: delete some".formatted(MAX_RULES));
    }
    tx.put(RULES, rule.name(), rule);
  }

  /**
   * Deletes a rule with its alerts; nothing is told of them any more.
   *
   * @throws FlotillaException {@code ALERT_RULE_NOT_FOUND}
   */
  void delete(Transaction tx, String name) {
    if (tx.get(RULES, name).isEmpty()) {
      throw new FlotillaException(
          ErrorCode.ALERT_RULE_NOT_FOUND, "no alert rule has this name: see GET /alert-rules");
    }
    tx.delete(RULES, name);
    tx.scan(ALERTS, name + "/", "", MAX_ALERTS).forEach(row -> tx.delete(ALERTS, row.id()));
  }

  /**
   * Adds a silence.
   *
   * @throws FlotillaException {@code CONFLICT} if there are {@value #MAX_SILENCES} already
   */
  void silence(Transaction tx, Silence silence) {
    if (tx.scan(SILENCES, "", "", MAX_SILENCES).size() == MAX_SILENCES) {
      throw new FlotillaException(
          ErrorCode.CONFLICT, "there are %d silences: end some".formatted(MAX_SILENCES));
    }
    tx.put(SILENCES, silence.id(), silence);
  }

  /**
   * Ends a silence.
   *
   * @throws FlotillaException {@code SILENCE_NOT_FOUND}
   */
  void unsilence(Transaction tx, String id) {
    if (tx.get(SILENCES, id).isEmpty()) {
      throw new FlotillaException(
          ErrorCode.SILENCE_NOT_FOUND, "no silence has this id: see GET /silences");
    }
    tx.delete(SILENCES, id);
  }

  /** All rules, by name. */
  List<AlertRule> rules() {
    return values(RULES, MAX_RULES);
  }

  /** All alerts, by rule and group. */
  List<Alert> alerts() {
    return values(ALERTS, MAX_ALERTS);
  }

  /** All silences. */
  List<Silence> silences() {
    return values(SILENCES, MAX_SILENCES);
  }

  private <T extends Record> List<T> values(Table<T> table, int most) {
    return stored.scan(table, "", "", most).stream().map(Table.Row::value).toList();
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
