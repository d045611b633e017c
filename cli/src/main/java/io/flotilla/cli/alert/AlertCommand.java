package io.flotilla.cli.alert;

import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Console;
import io.flotilla.cli.console.Reason;
import io.flotilla.cli.console.Table;
import io.flotilla.cli.console.Terminal;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code flotilla alert}. */
@Command(
    name = "alert",
    description = {
      "Rules that tell when something holds for long, and silences.",
      "What fires is an event, and goes where events go: 'flotilla webhook set' says where that is."
    },
    footer = {
      "Examples:",
      "  flotilla alert set silent --offline 600 --by site --severity critical",
      "  flotilla webhook set ops mailto:ops@example.org --type io.flotilla.alert"
    })
public final class AlertCommand extends CommandGroup {
  private static final String RULES = "alert-rules";
  private static final String SILENCES = "silences";

  /** The group on this terminal. */
  public AlertCommand(Terminal terminal) {
    super(terminal);
  }

  @Command(
      name = "set",
      description = "Save an alert rule in place of what had its name.",
      footer = {
        "Examples:",
        "  flotilla alert set silent --offline 600 --by site --severity critical",
        "  flotilla alert set drift --drifting --share 0.2 --for 3600 --repeat 86400",
        "  flotilla alert set halted --event io.flotilla.rollout.halted --within 3600"
      })
  int set(@Mixin Console console, @Mixin Api api, @Mixin RuleOptions rule, @Mixin Reason reason) {
    try (ApiClient client = api.open()) {
      console.show(
          client.put(ApiPath.of(RULES, rule.name()).toString(), reason.in(rule.body())),
          saved -> rule.name() + ": " + condition(saved.get("condition")));
    }
    return 0;
  }

  @Command(
      name = "rules",
      description = "List the alert rules.",
      footer = {"Example:", "  flotilla alert rules"})
  int rules(@Mixin Console console, @Mixin Api api) {
    try (ApiClient client = api.open()) {
      Json answer = client.get(ApiPath.of(RULES).toString());
      Table table = new Table("RULE", "CONDITION", "FOR S", "REPEAT S", "BY", "SEVERITY");
      for (Json rule : answer.get("items").items()) {
        table.row(
            rule.text("name"),
            condition(rule.get("condition")),
            rule.text("forSeconds"),
            rule.get("repeatSeconds").asText("never"),
            rule.get("groupBy").asText(""),
            rule.text("severity"));
      }
      console.show(answer, j -> table.isEmpty() ? "no alert rule" : table.toString());
    }
    return 0;
  }

  @Command(
      name = "list",
      description = "List the alerts, pending and firing.",
      footer = {"Example:", "  flotilla alert list"})
  int list(@Mixin Console console, @Mixin Api api) {
    try (ApiClient client = api.open()) {
      Json answer = client.get(ApiPath.of("alerts").toString());
      Table table = new Table("RULE", "GROUP", "STATE", "SINCE", "FOUND", "FIRST");
      for (Json alert : answer.get("items").items()) {
        table.row(
            alert.text("rule"),
            alert.text("group"),
            alert.text("state"),
            Instant.ofEpochMilli(alert.get("sinceMs").asLong()),
            alert.text("found"),
            alert.get("subjects").items().stream().findFirst().map(Json::asText).orElse(""));
      }
      console.show(answer, j -> table.isEmpty() ? "no alert" : table.toString());
    }
    return 0;
  }

  @Command(
      name = "delete",
      description = "Delete an alert rule with its alerts.",
      footer = {"Example:", "  flotilla alert delete silent"})
  int delete(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "NAME") String name,
      @Mixin Reason reason) {
    return delete(console, api, reason.on(ApiPath.of(RULES, name)), name + " is deleted");
  }

  @Command(
      name = "silence",
      description = "Tell nothing of some alerts for some time; their states go on.",
      footer = {"Example:", "  flotilla alert silence --rule silent --group lyon --minutes 120"})
  int silence(
      @Mixin Console console, @Mixin Api api, @Mixin SilenceOptions what, @Mixin Reason reason) {
    try (ApiClient client = api.open()) {
      console.show(
          client.post("/" + SILENCES, reason.in(what.body())),
          silence ->
              "silence %s until %s"
                  .formatted(
                      silence.text("id"), Instant.ofEpochMilli(silence.get("untilMs").asLong())));
    }
    return 0;
  }

  @Command(
      name = "silences",
      description = "List the silences.",
      footer = {"Example:", "  flotilla alert silences"})
  int silences(@Mixin Console console, @Mixin Api api) {
    try (ApiClient client = api.open()) {
      Json answer = client.get(ApiPath.of(SILENCES).toString());
      Table table = new Table("SILENCE", "RULE", "GROUP", "UNTIL", "BY", "WHY");
      for (Json one : answer.get("items").items()) {
        table.row(
            one.text("id"),
            one.get("rule").asText("all"),
            one.get("group").asText("all"),
            Instant.ofEpochMilli(one.get("untilMs").asLong()),
            one.text("by"),
            one.text("reason"));
      }
      console.show(answer, j -> table.isEmpty() ? "no silence" : table.toString());
    }
    return 0;
  }

  @Command(
      name = "unsilence",
      description = "End a silence.",
      footer = {"Example:", "  flotilla alert unsilence 0b7c0c1e-…"})
  int unsilence(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "SILENCE", description = "Its id.") String id,
      @Mixin Reason reason) {
    return delete(console, api, reason.on(ApiPath.of(SILENCES, id)), id + " has ended");
  }

  private static int delete(Console console, Api api, ApiPath path, String done) {
    try (ApiClient client = api.open()) {
      console.show(client.delete(path.toString()), gone -> done);
    }
    return 0;
  }

  private static String condition(Json condition) {
    StringBuilder text = new StringBuilder(condition.text("kind"));
    if (condition.get("type").isPresent()) {
      text.append(' ').append(condition.text("type"));
    }
    if (condition.get("seconds").isPresent()) {
      text.append(' ').append(condition.text("seconds")).append(" s");
    }
    text.append(
        condition.get("share").isPresent()
            ? ", share %s".formatted(condition.text("share"))
            : ", %s or more".formatted(condition.text("count")));
    String selector = condition.text("selector");
    return selector.equals("*") ? text.toString() : text + " of " + selector;
  }
}
