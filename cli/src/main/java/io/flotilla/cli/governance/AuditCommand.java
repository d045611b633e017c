package io.flotilla.cli.governance;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Console;
import io.flotilla.cli.console.KeyValues;
import io.flotilla.cli.console.Table;
import io.flotilla.cli.console.Terminal;
import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flotilla audit}: who did what, when and why. */
@Command(
    name = "audit",
    description = "Who did what, when and why: an append-only chain of hashes over every record.",
    footer = {"Example:", "  flotilla audit list --subject model/digits:3"})
public final class AuditCommand extends CommandGroup {
  /** The group on this terminal. */
  public AuditCommand(Terminal terminal) {
    super(terminal);
  }

  @Command(
      name = "list",
      description = "List entries, oldest first.",
      footer = {"Example:", "  flotilla audit list --action model. --limit 20"})
  int list(@Mixin Console console, @Mixin Api api, @Mixin AuditQuery query) {
    try (ApiClient client = api.open()) {
      Json page = client.get(query.path().toString());
      console.show(page, AuditCommand::entries);
      if (page.get("next").isPresent()) {
        console.remark("there is more: go on with --after " + page.text("next"));
      }
    }
    return 0;
  }

  @Command(
      name = "head",
      description = {
        "Print number and hash of the newest entry.",
        "Keep it elsewhere: 'audit verify --expect' then also finds a chain that was cut."
      },
      footer = {"Example:", "  flotilla audit head > head.txt"})
  int head(@Mixin Console console, @Mixin Api api) {
    try (ApiClient client = api.open()) {
      console.show(
          client.get(ApiPath.of("audit", "head").toString()),
          head -> head.text("sequence") + ":" + head.text("hash"));
    }
    return 0;
  }

  @Command(
      name = "verify",
      description = {
        "Verify the chain, every record against it, and the files of records and blobs.",
        "Each edit, and each file that is damaged or gone, is named.",
        "Status 7 if anything was changed outside of the controller."
      },
      footer = {"Example:", "  flotilla audit verify --expect \"$(cat head.txt)\""})
  int verify(
      @Mixin Console console,
      @Mixin Api api,
      @Option(
              names = "--expect",
              paramLabel = "NUMBER:HASH",
              description = "An earlier head, which must still be in the chain.")
          Optional<String> expected,
      @Option(
              names = "--no-files",
              description = "Verify the chain and the records alone, which takes less time.")
          boolean noFiles) {
    Json body = Json.object();
    if (noFiles) {
      body.put("files", false);
    }
    expected.ifPresent(head -> expect(body, head));
    try (ApiClient client = api.open()) {
      Json verdict = client.post(ApiPath.of("audit", "verification").toString(), body);
      console.show(verdict, AuditCommand::verdict);
      if (!verdict.get("intact").asBoolean()) {
        throw new FlotillaException(
            ErrorCode.AUDIT_BROKEN,
            "something was changed outside of the controller; restore a backup that verifies");
      }
    }
    return 0;
  }

  private static void expect(Json body, String head) {
    if (!head.matches("[0-9]{1,18}:[0-9a-f]{64}")) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "'%s' is not a head such as 12:9f86…, which 'audit head' prints".formatted(head));
    }
    int colon = head.indexOf(':');
    body.put("sequence", Long.parseLong(head.substring(0, colon)));
    body.put("hash", head.substring(colon + 1));
  }

  private static String entries(Json page) {
    Table table = new Table("NUMBER", "WHEN", "WHO", "ACTION", "SUBJECT", "DETAILS");
    for (Json entry : page.get("items").items()) {
      table.row(
          entry.text("sequence"),
          Instant.ofEpochMilli(entry.get("atMs").asLong()),
          entry.text("actor"),
          entry.text("action"),
          entry.text("subject"),
          KeyValues.text(entry.get("details")));
    }
    return table.isEmpty() ? "no entry" : table.toString();
  }

  private static String verdict(Json verdict) {
    StringBuilder text = new StringBuilder();
    text.append(verdict.get("intact").asBoolean() ? "intact: " : "BROKEN: ");
    text.append(verdict.text("entries")).append(" entries, ");
    text.append(verdict.text("records")).append(" records, ");
    text.append(verdict.text("blobs")).append(" blobs");
    for (Json problem : verdict.get("problems").items()) {
      text.append('\n').append(problem.text("kind")).append(": ").append(problem.text("message"));
    }
    return text.toString();
  }
}
