package io.flotilla.cli.observe;

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
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code flotilla webhook}: events for the web servers of others. */
@Command(
    name = "webhook",
    description = {
      "Events for web servers: CloudEvents 1.0, signed, in order, again until they are taken.",
      "docs/operating/webhooks.md says what a receiver has to do."
    },
    footer = {
      "Example:",
      "  flotilla webhook set chat https://example.org/hooks/7 --type io.flotilla.rollout"
    })
public final class WebhookCommand extends CommandGroup {
  private static final String WEBHOOKS = "webhooks";

  /** The group on this terminal. */
  public WebhookCommand(Terminal terminal) {
    super(terminal);
  }

  @Command(
      name = "set",
      description = {
        "Save a webhook. A new one gets what happens from now on.",
        "The secret for checking signatures is shown once, when it is new."
      },
      footer = {
        "Example:",
        "  flotilla webhook set chat https://example.org/hooks/7 --type io.flotilla.rollout"
      })
  int set(
      @Mixin Console console, @Mixin Api api, @Mixin WebhookOptions webhook, @Mixin Reason reason) {
    try (ApiClient client = api.open()) {
      console.show(
          client.put(path(webhook.name()).toString(), reason.in(webhook.body())),
          w ->
              w.get("secret").isPresent()
                  ? line(w) + "\nsecret " + w.text("secret") + " (it is not shown again)"
                  : line(w));
    }
    return 0;
  }

  @Command(
      name = "list",
      description = "List the webhooks.",
      footer = {"Example:", "  flotilla webhook list"})
  int list(@Mixin Console console, @Mixin Api api) {
    try (ApiClient client = api.open()) {
      Json answer = client.get(ApiPath.of(WEBHOOKS).toString());
      Table table = new Table("WEBHOOK", "URL", "TYPES", "THROUGH", "LAST FAILURE");
      for (Json one : answer.get("items").items()) {
        table.row(
            one.text("name"),
            one.text("url"),
            types(one),
            one.text("through"),
            one.text("lastFailure"));
      }
      console.show(answer, j -> table.isEmpty() ? "no webhook" : table.toString());
    }
    return 0;
  }

  @Command(
      name = "dead-letters",
      description = "List the events that a webhook did not take.",
      footer = {"Example:", "  flotilla webhook dead-letters chat"})
  int deadLetters(
      @Mixin Console console, @Mixin Api api, @Parameters(paramLabel = "NAME") String name) {
    try (ApiClient client = api.open()) {
      List<Json> letters = client.list(ApiPath.of(WEBHOOKS, name, "dead-letters"));
      Table table = new Table("EVENT", "TYPE", "SUBJECT", "ATTEMPTS", "GIVEN UP", "FAILURE");
      for (Json letter : letters) {
        table.row(
            letter.text("event"),
            letter.text("type"),
            letter.text("subject"),
            letter.text("attempts"),
            Instant.ofEpochMilli(letter.get("atMs").asLong()),
            letter.text("failure"));
      }
      console.show(
          Json.object().put("items", letters),
          j -> table.isEmpty() ? "no dead letter" : table.toString());
    }
    return 0;
  }

  @Command(
      name = "replay",
      description = "Have the dead letters of a webhook sent once more.",
      footer = {"Example:", "  flotilla webhook replay chat --reason 'the server is mended'"})
  int replay(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "NAME") String name,
      @Mixin Reason reason) {
    try (ApiClient client = api.open()) {
      ApiPath path = reason.on(ApiPath.of(WEBHOOKS, name, "replay"));
      console.show(
          client.post(path.toString(), Json.object()),
          j -> "sending them; see: flotilla webhook dead-letters " + name);
    }
    return 0;
  }

  @Command(
      name = "delete",
      description = "Delete a webhook with its dead letters.",
      footer = {"Example:", "  flotilla webhook delete chat"})
  int delete(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "NAME") String name,
      @Mixin Reason reason) {
    try (ApiClient client = api.open()) {
      console.show(client.delete(reason.on(path(name)).toString()), j -> name + " is deleted");
    }
    return 0;
  }

  private static ApiPath path(String name) {
    return ApiPath.of(WEBHOOKS, name);
  }

  private static String line(Json webhook) {
    return "%s: %s gets %s".formatted(webhook.text("name"), webhook.text("url"), types(webhook));
  }

  private static String types(Json webhook) {
    List<String> types = webhook.get("types").items().stream().map(Json::asText).toList();
    return types.isEmpty() ? "all events" : String.join(", ", types);
  }
}
