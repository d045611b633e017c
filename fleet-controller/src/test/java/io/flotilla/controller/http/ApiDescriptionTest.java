package io.flotilla.controller.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.controller.device.DeviceRoutes;
import io.flotilla.controller.device.TestFleet;
import io.flotilla.controller.event.EventRoutes;
import io.flotilla.controller.identity.CertificateAuthority;
import io.flotilla.controller.identity.Claims;
import io.flotilla.controller.identity.Enrolment;
import io.flotilla.controller.identity.EnrolmentTerms;
import io.flotilla.controller.identity.IdentityRoutes;
import io.flotilla.controller.identity.TestDevices;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is mounted, what is described, and what is open, must be the same everywhere. */
class ApiDescriptionTest {
  private static final Map<String, Object> REASON = Map.of("$ref", "#/components/schemas/Reason");
  private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");

  /** Writes that take no reason, and why not. */
  private static final Map<String, String> WITHOUT_REASON =
      Map.of(
          "POST /api/v1/enrolments",
          "a device asks, by a claim that an operator issued for a reason",
          "POST /api/v1/audit/verification",
          "it changes nothing",
          "POST /api/v1/groups/preview",
          "it changes nothing");

  @TempDir Path folder;
  private TestFleet fleet;
  private TestApi api;

  @BeforeEach
  void start() {
    Clock clock = Clock.systemUTC();
    fleet = new TestFleet(folder.resolve("store"), clock);
    CertificateAuthority authority = TestDevices.authority(folder.resolve("pki"), clock);
    Claims claims = new Claims(fleet.core, clock, new SecureRandom(), authority.fingerprint());
    api =
        new TestApi(
            folder,
            new SystemRoutes(Map::of),
            new DeviceRoutes(fleet.state(), Clock.systemUTC(), id -> {}),
            new EventRoutes(fleet.events, "urn:flotilla:default"),
            new IdentityRoutes(
                claims,
                new Enrolment(
                    new EnrolmentTerms("default", URI.create("mqtts://localhost:1"), "key"),
                    authority,
                    claims,
                    fleet.state(),
                    clock)));
  }

  @AfterEach
  void stop() {
    api.close();
    fleet.close();
  }

  private static Map<String, Object> description() {
    return new JsonObject(Buffer.buffer(SystemRoutes.openApi())).getMap();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> at(Map<String, Object> map, String key) {
    return (Map<String, Object>) map.getOrDefault(key, Map.of());
  }

  /** Every operation as {@code METHOD /api/v1/path/:name}, with whether it needs no token. */
  private static Map<String, Boolean> described() {
    Map<String, Boolean> operations = new java.util.TreeMap<>();
    Map<String, Object> paths = at(description(), "paths");
    for (String path : paths.keySet()) {
      Map<String, Object> item = at(paths, path);
      for (String method : item.keySet()) {
        if (METHODS.contains(method)) {
          Map<String, Object> operation = at(item, method);
          String name =
              method.toUpperCase(Locale.ROOT)
                  + " "
                  + HttpApi.BASE
                  + path.replaceAll("\\{(\\w+)}", ":$1");
          operations.put(name, List.of().equals(operation.get("security")));
        }
      }
    }
    return operations;
  }

  @Test
  void everyMountedEndpointIsDescribed() {
    assertThat(api.api.endpoints()).hasSizeGreaterThan(8);
    assertThat(described().keySet()).containsAll(api.api.endpoints());
  }

  @Test
  void theDescriptionOpensExactlyWhatTheRulesOpen() {
    Set<String> open = new TreeSet<>();
    described()
        .forEach(
            (operation, needsNoToken) -> {
              if (needsNoToken) {
                open.add(operation);
              }
            });

    assertThat(open).isEqualTo(new TreeSet<>(AccessRules.API.openEndpoints()));
  }

  @Test
  void everyOtherEndpointRefusesACallerWithoutAToken() {
    for (String endpoint : api.api.endpoints()) {
      List<String> parts = List.of(endpoint.split(" ", 2));
      String path = parts.get(1).replaceAll(":\\w+", "x");
      int status =
          api.send(
                  HttpRequest.newBuilder(URI.create(api.api.url() + path))
                      .method(parts.get(0), HttpRequest.BodyPublishers.noBody()))
              .statusCode();

      if (AccessRules.API.openEndpoints().contains(endpoint)) {
        assertThat(status).as(endpoint).isNotEqualTo(401);
      } else {
        assertThat(status).as(endpoint).isEqualTo(401);
      }
    }
  }

  @Test
  void everyReferenceInTheDescriptionLeadsSomewhere() {
    String text = new String(SystemRoutes.openApi(), java.nio.charset.StandardCharsets.UTF_8);
    List<String> references =
        Pattern.compile("\"\\$ref\"\\s*:\\s*\"#/([^\"]+)\"")
            .matcher(text)
            .results()
            .map(found -> found.group(1))
            .distinct()
            .toList();

    assertThat(references).isNotEmpty();
    for (String reference : references) {
      Map<String, Object> at = description();
      for (String step : reference.split("/", -1)) {
        assertThat(at).as(reference).containsKey(step);
        at = at(at, step);
      }
    }
  }

  @Test
  void theDescriptionListsEveryErrorCode() {
    Map<String, Object> schemas = at(at(description(), "components"), "schemas");
    Object codes = at(at(at(schemas, "Problem"), "properties"), "code").get("enum");

    assertThat(codes)
        .isEqualTo(new ArrayList<>(Arrays.stream(ErrorCode.values()).map(Enum::name).toList()));
  }

  @Test
  void everyWriteTakesAReasonOrIsSaidToHaveNone() {
    Set<String> writes = new TreeSet<>();
    Set<String> without = new TreeSet<>();
    Map<String, Object> paths = at(description(), "paths");
    for (String path : paths.keySet()) {
      for (String method : at(paths, path).keySet()) {
        if (!method.equals("get")) {
          String name = method.toUpperCase(Locale.ROOT) + " " + HttpApi.BASE + path;
          writes.add(name);
          if (!reason(at(at(paths, path), method)).contains(REASON)) {
            without.add(name);
          }
        }
      }
    }

    assertThat(writes).hasSizeGreaterThan(20);
    assertThat(without).isEqualTo(WITHOUT_REASON.keySet());
  }

  /** How an operation describes its reason, in the JSON body if it has one, else in the query. */
  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> reason(Map<String, Object> operation) {
    Map<String, Object> json = at(at(at(operation, "requestBody"), "content"), "application/json");
    if (!json.isEmpty()) {
      Map<String, Object> schema = at(json, "schema");
      String reference = String.valueOf(schema.getOrDefault("$ref", ""));
      Map<String, Object> schemas = at(at(description(), "components"), "schemas");
      Map<String, Object> body =
          reference.isEmpty()
              ? schema
              : at(schemas, reference.substring(reference.lastIndexOf('/') + 1));
      return List.of(at(at(body, "properties"), "reason"));
    }
    List<Map<String, Object>> parameters =
        (List<Map<String, Object>>) operation.getOrDefault("parameters", List.of());
    return parameters.stream()
        .filter(parameter -> "reason".equals(parameter.get("name")))
        .filter(parameter -> "query".equals(parameter.get("in")))
        .map(parameter -> at(parameter, "schema"))
        .toList();
  }

  @Test
  void theDescriptionIsServed() {
    assertThat(TestApi.map(api.get("/openapi.json"))).isEqualTo(description());
    assertThat(description()).containsEntry("openapi", "3.1.0");
  }
}
