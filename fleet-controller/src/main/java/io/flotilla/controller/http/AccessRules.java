package io.flotilla.controller.http;

import io.flotilla.controller.access.Permission;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What every endpoint demands of its caller. An endpoint that has no rule here does not come up:
 * the API refuses to start with it.
 */
public final class AccessRules {
  /** The endpoints that need no token, and why that is safe. */
  private static final String OPEN_TO_ALL =
      """
      GET /livez                  says nothing but that the process runs
      GET /readyz                 says nothing but which parts are ready
      POST /enrolments            the one-time claim in the body is the credential
      """;

  private static final Map<Permission, String> DEMANDED =
      Map.of(
          Permission.READ,
          """
          GET /openapi.json
          GET /whoami
          GET /models
          GET /models/:name
          GET /models/:name/aliases/:alias
          GET /models/:name/aliases/:alias/history
          GET /models/:name/versions
          GET /models/:name/versions/:version
          GET /models/:name/versions/:version/archive
          GET /models/:name/versions/:version/conversions
          GET /models/:name/versions/:version/devices
          GET /models/:name/versions/:version/fit
          GET /models/:name/versions/:version/inspection
          GET /models/:name/versions/:version/lineage
          GET /models/:name/versions/:version/profiles
          GET /environments
          GET /environments/:name/versions/:version
          GET /environments/:name/versions/:version/fit
          GET /datasets
          GET /datasets/:name/versions/:version
          GET /datasets/:name/versions/:version/comparison
          GET /datasets/:name/versions/:version/content
          GET /datasets/:name/versions/:version/profile
          GET /runs
          GET /runs/:id
          GET /runs/:id/bundle
          GET /devices
          GET /devices/:id
          GET /alert-rules
          GET /alerts
          GET /silences
          GET /groups
          GET /groups/:name
          POST /groups/preview
          GET /captured
          GET /predictions/:model
          GET /scored
          GET /drift/:model
          GET /rollouts
          GET /rollouts/:id
          GET /rollouts/:id/decisions
          GET /rollouts/:id/targets
          POST /rollouts/preview
          GET /profile-jobs/:id
          GET /events
          GET /audit
          GET /audit/head
          """,
          Permission.DEVICE_WRITE,
          """
          POST /claims
          PATCH /devices/:id/labels
          POST /devices/:id/quarantine
          POST /devices/:id/release
          POST /devices/:id/decommission
          POST /provisionings
          POST /silences
          DELETE /silences/:id
          POST /devices/:id/revoke
          PUT /groups/:name
          DELETE /groups/:name
          """,
          Permission.COMMAND,
          """
          POST /models/:name/versions/:version/profile-jobs
          POST /devices/:id/commands
          GET /devices/:id/commands
          GET /devices/:id/commands/:command
          """,
          Permission.ROLLOUT_WRITE,
          """
          POST /rollouts
          POST /rollouts/:id/abort
          POST /rollouts/:id/pause
          POST /rollouts/:id/resume
          POST /rollouts/:id/undo
          POST /drift/:model/cohorts
          """,
          Permission.MODEL_WRITE,
          """
          PATCH /models/:name
          PUT /models/:name/aliases/:alias
          DELETE /models/:name/aliases/:alias
          POST /models/:name/conversions
          POST /models/:name/versions
          PATCH /models/:name/versions/:version
          DELETE /models/:name/versions/:version
          POST /models/:name/versions/:version/conversions
          POST /models/:name/versions/:version/profiles
          POST /environments/:name
          """,
          Permission.DATA_WRITE,
          """
          POST /datasets/:name
          POST /datasets/:name/captured
          POST /labels
          """,
          Permission.RUN_WRITE,
          """
          POST /runs
          """,
          Permission.APPROVE,
          """
          POST /rollouts/:id/approve
          """,
          Permission.ADMIN,
          """
          GET /operators
          GET /operators/:name
          PUT /operators/:name
          DELETE /operators/:name
          POST /operators/:name/tokens
          DELETE /operators/:name/tokens/:token
          PUT /alert-rules/:name
          DELETE /alert-rules/:name
          GET /webhooks
          GET /webhooks/:name
          GET /webhooks/:name/dead-letters
          PUT /webhooks/:name
          DELETE /webhooks/:name
          POST /webhooks/:name/replay
          GET /backup
          POST /blobs/collect
          POST /audit/verification
          """);

  /** The rules of the controller's API. */
  public static final AccessRules API = new AccessRules(OPEN_TO_ALL, DEMANDED);

  private final Map<String, Rule> rules = new TreeMap<>();

  /** The same by method and number of parts, the ones with fewer variables first. */
  private final Map<String, List<Rule>> byForm = new HashMap<>();

  /**
   * Rules in lines of {@code METHOD /path}; what follows in a line is for the reader.
   *
   * @param open endpoints that need no token
   * @param demanded endpoints by the permission they need
   */
  AccessRules(String open, Map<Permission, String> demanded) {
    open.lines().forEach(line -> add(line, Optional.empty()));
    demanded.forEach(
        (permission, lines) -> lines.lines().forEach(line -> add(line, Optional.of(permission))));
  }

  /**
   * What one endpoint demands.
   *
   * @param method of HTTP
   * @param parts of the path below {@link HttpApi#BASE}; a variable begins with a colon
   * @param permission what the caller needs; empty for an endpoint that is open to all
   */
  record Rule(String method, List<String> parts, Optional<Permission> permission) {
    private static final String VARIABLE = ":";

    boolean matches(List<String> path) {
      for (int i = 0; i < parts.size(); i++) {
        if (!parts.get(i).startsWith(VARIABLE) && !parts.get(i).equals(path.get(i))) {
          return false;
        }
      }
      return true;
    }

    long variables() {
      return parts.stream().filter(part -> part.startsWith(VARIABLE)).count();
    }

    /** The value of a variable in a path that this matches, if it has one of that name. */
    Optional<String> variable(String name, List<String> path) {
      int at = parts.indexOf(VARIABLE + name);
      return at < 0 ? Optional.empty() : Optional.of(path.get(at));
    }
  }

  /** These rules and some more. */
  AccessRules and(Permission permission, String lines) {
    AccessRules more = new AccessRules(OPEN_TO_ALL, DEMANDED);
    lines.lines().forEach(line -> more.add(line, Optional.of(permission)));
    return more;
  }

  private void add(String line, Optional<Permission> permission) {
    String[] words = line.strip().split("\\s+", 3);
    Rule rule = new Rule(words[0], parts(words[1]), permission);
    if (rules.put(words[0] + " " + words[1], rule) != null) {
      throw new IllegalStateException("two rules for " + line);
    }
    byForm.merge(
        form(rule.method(), rule.parts()),
        List.of(rule),
        (some, more) ->
            Stream.concat(some.stream(), more.stream())
                .sorted(Comparator.comparingLong(Rule::variables))
                .toList());
  }

  private static String form(String method, List<String> parts) {
    return method + " " + parts.size();
  }

  static List<String> parts(String path) {
    return List.of(path.substring(1).split("/", -1));
  }

  /** The rule for a request below {@link HttpApi#BASE}; empty if there is no such endpoint. */
  Optional<Rule> find(String method, List<String> path) {
    return byForm.getOrDefault(form(method, path), List.of()).stream()
        .filter(rule -> rule.matches(path))
        .findFirst();
  }

  /** Every endpoint that needs no token, as {@code METHOD /path} with the base. */
  public Set<String> openEndpoints() {
    return endpoints(rule -> rule.permission().isEmpty());
  }

  /** Every endpoint that has a rule, as {@code METHOD /path} with the base. */
  public Set<String> endpoints() {
    return endpoints(rule -> true);
  }

  private Set<String> endpoints(Predicate<Rule> which) {
    Set<String> found = new TreeSet<>();
    rules.forEach(
        (endpoint, rule) -> {
          if (which.test(rule)) {
            found.add(endpoint.replaceFirst(" ", " " + HttpApi.BASE));
          }
        });
    return found;
  }
}
