package io.flotilla.cli.operator;

import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Console;
import io.flotilla.cli.console.Reason;
import io.flotilla.cli.console.Table;
import io.flotilla.cli.console.Terminal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flotilla operator}: who may do what. */
@Command(
    name = "operator",
    description = "Who may do what: operators, their roles and their tokens.",
    footer = {"Example:", "  flotilla operator set anna --grant 'operator:vision-*:site=lyon'"})
public final class OperatorCommand extends CommandGroup {
  private static final String OPERATORS = "operators";

  /** The group on this terminal. */
  public OperatorCommand(Terminal terminal) {
    super(terminal);
  }

  @Command(
      name = "set",
      description = {
        "Create an operator, or give one other grants in place of those it has.",
        "docs/security.md says what each role may do."
      },
      footer = {"Example:", "  flotilla operator set anna --grant 'operator:vision-*:site=lyon'"})
  int set(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "NAME") String name,
      @Mixin GrantOption grants,
      @Mixin Reason reason) {
    Json body = reason.in(grants.body());
    try (ApiClient client = api.open()) {
      console.show(
          client.put(path(name).toString(), body), o -> name + ": " + grants(o.get("grants")));
    }
    return 0;
  }

  @Command(
      name = "list",
      description = "List the operators.",
      footer = {"Example:", "  flotilla operator list"})
  int list(@Mixin Console console, @Mixin Api api) {
    try (ApiClient client = api.open()) {
      Json answer = client.get(ApiPath.of(OPERATORS).toString());
      Table table = new Table("OPERATOR", "TOKENS", "GRANTS");
      for (Json one : answer.get("items").items()) {
        table.row(one.text("name"), valid(one.get("tokens")), grants(one.get("grants")));
      }
      console.show(answer, j -> table.isEmpty() ? "no operator" : table.toString());
    }
    return 0;
  }

  @Command(
      name = "show",
      description = "Show an operator with its tokens, but not what they are.",
      footer = {"Example:", "  flotilla operator show anna"})
  int show(@Mixin Console console, @Mixin Api api, @Parameters(paramLabel = "NAME") String name) {
    try (ApiClient client = api.open()) {
      console.show(client.get(path(name).toString()), OperatorCommand::describe);
    }
    return 0;
  }

  @Command(
      name = "delete",
      description = {
        "Delete an operator with all tokens, which are worth nothing from then on.",
        "Asks first where a person sits at the terminal."
      },
      footer = {"Example:", "  flotilla operator delete anna --reason 'left the company' --yes"})
  int delete(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "NAME") String name,
      @Mixin Reason reason,
      @Option(names = "--yes", description = "Do not ask.") boolean yes) {
    console.confirm(yes, "Delete operator " + name + "?");
    try (ApiClient client = api.open()) {
      console.show(client.delete(reason.on(path(name)).toString()), j -> name + " is deleted");
    }
    return 0;
  }

  @Command(
      name = "token",
      description = {
        "Issue a token for an operator, into a new folder that --context takes.",
        "Nobody can read it again from the controller: hand the folder over like a password."
      },
      footer = {
        "Example:",
        "  flotilla operator token anna --days 30 --out anna",
        "  flotilla device list --context anna"
      })
  int token(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "NAME") String name,
      @Mixin TokenOptions token,
      @Mixin Reason reason) {
    Path out = token.out();
    ContextFolder.make(out);
    try (ApiClient client = api.open()) {
      Json issued = client.post(path(name).toString() + "/tokens", reason.in(token.body()));
      ContextFolder.fill(out, api.context(), issued.text("token"));
      Json told = issued.put("token", null).withoutNulls().put("folder", out.toString());
      console.show(
          told,
          t ->
              "token %s of %s is in %s, good until %s"
                  .formatted(t.text("id"), name, out, moment(t.get("expiresAtMs"))));
    }
    return 0;
  }

  @Command(
      name = "revoke-token",
      description = "End a token at once.",
      footer = {"Example:", "  flotilla operator revoke-token anna 3f0c… --reason 'lost laptop'"})
  int revokeToken(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "NAME") String name,
      @Parameters(paramLabel = "TOKEN", description = "The token's id, as operator show has it.")
          String token,
      @Mixin Reason reason) {
    try (ApiClient client = api.open()) {
      ApiPath path = reason.on(ApiPath.of(OPERATORS, name, "tokens", token));
      console.show(client.delete(path.toString()), j -> "token " + token + " is revoked");
    }
    return 0;
  }

  @Command(
      name = "whoami",
      description = "Say who the controller takes you for, and what you may do.",
      footer = {"Example:", "  flotilla operator whoami"})
  int whoami(@Mixin Console console, @Mixin Api api) {
    try (ApiClient client = api.open()) {
      console.show(
          client.get(ApiPath.of("whoami").toString()),
          o -> o.text("name") + ": " + grants(o.get("grants")));
    }
    return 0;
  }

  private static ApiPath path(String name) {
    return ApiPath.of(OPERATORS, name);
  }

  private static long valid(Json tokens) {
    return tokens.items().stream().filter(t -> !t.get("revoked").asBoolean()).count();
  }

  private static String grants(Json grants) {
    List<String> all =
        grants.items().stream()
            .map(
                g ->
                    "%s of models %s and devices %s"
                        .formatted(g.text("role"), g.text("models"), g.text("devices")))
            .toList();
    return String.join("; ", all);
  }

  private static String describe(Json operator) {
    Table table = new Table("TOKEN", "ISSUED", "EXPIRES", "REVOKED", "DESCRIPTION");
    for (Json token : operator.get("tokens").items()) {
      table.row(
          token.text("id"),
          moment(token.get("createdAtMs")),
          moment(token.get("expiresAtMs")),
          token.get("revoked").asBoolean() ? "yes" : "no",
          token.text("description"));
    }
    return "%s: %s\n%s"
        .formatted(
            operator.text("name"),
            grants(operator.get("grants")),
            table.isEmpty() ? "no token" : table);
  }

  private static String moment(Json ms) {
    return Instant.ofEpochMilli(ms.asLong()).toString();
  }
}
