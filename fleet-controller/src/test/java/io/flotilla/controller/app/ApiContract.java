package io.flotilla.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The API's description as a contract: every exchange must be what it says. Answers may have no
 * member that it does not list, although it leaves that open for callers.
 */
final class ApiContract {
  private static final String JSON = "application/json";
  private static final String REASON = "reason";

  private final JsonObject document;
  private final JsonObject components;
  private final List<Operation> operations = new ArrayList<>();
  private final Map<String, JsonSchema> schemas = new HashMap<>();
  private final JsonSchemaFactory factory =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
  private final Set<String> met = new TreeSet<>();

  /** What was given as a reason, by operations that take one. */
  private final Map<String, Set<String>> reasons = new TreeMap<>();

  /** One operation. */
  private record Operation(String method, String template, Pattern path, JsonObject described) {
    String name() {
      return method + " " + template;
    }
  }

  /** The contract of this description. */
  ApiContract(JsonObject document) {
    this.document = document;
    this.components = closed(document.getJsonObject("components"));
    JsonObject paths = document.getJsonObject("paths");
    for (String path : paths.fieldNames()) {
      for (String method : paths.getJsonObject(path).fieldNames()) {
        operations.add(
            new Operation(
                method.toUpperCase(Locale.ROOT),
                path,
                Pattern.compile(path.replaceAll("\\{\\w+}", "[^/]+")),
                paths.getJsonObject(path).getJsonObject(method)));
      }
    }
    operations.stream()
        .filter(this::takesReason)
        .forEach(operation -> reasons.put(operation.name(), new TreeSet<>()));
  }

  private boolean takesReason(Operation operation) {
    JsonObject content =
        operation
            .described()
            .getJsonObject("requestBody", new JsonObject())
            .getJsonObject("content", new JsonObject());
    JsonObject schema =
        resolved(
            content
                .getJsonObject(JSON, new JsonObject())
                .getJsonObject("schema", new JsonObject()));
    return parameters(operation).contains(REASON)
        || schema.getJsonObject("properties", new JsonObject()).containsKey(REASON);
  }

  /** Checks an exchange; fails if anything of it is not described. */
  void check(TestOperator.Exchange exchange) {
    String[] target = exchange.path().split("\\?", 2);
    Operation operation =
        operations.stream()
            .filter(one -> one.method().equals(exchange.method()))
            .filter(one -> one.path().matcher(target[0]).matches())
            .min((a, b) -> a.template().contains("{") ? b.template().contains("{") ? 0 : 1 : -1)
            .orElseThrow(() -> new AssertionError("not described: " + exchange.path()));
    if (target.length == 2) {
      checkQuery(operation, target[1]);
    }
    if (exchange.status() < 300) {
      met.add(operation.name());
      reason(exchange, target)
          .ifPresent(given -> reasons.getOrDefault(operation.name(), Set.of()).add(given));
      checkRequest(operation, exchange);
    }
    checkAnswer(operation, exchange);
  }

  /** Operations that no successful exchange was of. */
  Set<String> unmet() {
    Set<String> unmet = new TreeSet<>(operations.stream().map(Operation::name).toList());
    unmet.removeAll(met);
    return unmet;
  }

  /** What successful exchanges gave as reasons, for every operation that takes one. */
  Map<String, Set<String>> reasons() {
    return reasons;
  }

  /** The query parameters of every operation, in the order of their names. */
  Map<String, Set<String>> parameters() {
    Map<String, Set<String>> parameters = new TreeMap<>();
    operations.forEach(one -> parameters.put(one.name(), new TreeSet<>(parameters(one))));
    return parameters;
  }

  private static Optional<String> reason(TestOperator.Exchange exchange, String[] target) {
    String inQuery = target.length == 2 ? target[1] : "";
    Optional<String> given =
        Arrays.stream(inQuery.split("&", -1))
            .filter(parameter -> parameter.startsWith(REASON + "="))
            .map(parameter -> parameter.substring(REASON.length() + 1))
            .map(text -> URLDecoder.decode(text, StandardCharsets.UTF_8))
            .findFirst();
    return exchange.sentType().equals(JSON)
        ? given.or(
            () -> Optional.ofNullable(new JsonObject(text(exchange.sent())).getString(REASON)))
        : given;
  }

  private static List<String> parameters(Operation operation) {
    return operation.described().getJsonArray("parameters", new JsonArray()).stream()
        .map(JsonObject.class::cast)
        .filter(parameter -> "query".equals(parameter.getString("in")))
        .map(parameter -> parameter.getString("name"))
        .toList();
  }

  private static void checkQuery(Operation operation, String query) {
    List<String> described = parameters(operation);
    for (String parameter : query.split("&", -1)) {
      assertThat(described).as(operation.name()).contains(parameter.replaceFirst("=.*", ""));
    }
  }

  private void checkRequest(Operation operation, TestOperator.Exchange exchange) {
    JsonObject body = operation.described().getJsonObject("requestBody");
    if (exchange.sentType().isEmpty()) {
      assertThat(body).as("%s needs a body", operation.name()).isNull();
      return;
    }
    assertThat(body).as("%s takes no body", operation.name()).isNotNull();
    JsonObject content = body.getJsonObject("content");
    assertThat(content.fieldNames()).as(operation.name()).contains(exchange.sentType());
    if (exchange.sentType().equals(JSON)) {
      validate(
          operation.name() + " request",
          content.getJsonObject(JSON).getJsonObject("schema"),
          exchange.sent());
    }
  }

  private void checkAnswer(Operation operation, TestOperator.Exchange exchange) {
    JsonObject responses = operation.described().getJsonObject("responses");
    String status = Integer.toString(exchange.status());
    assertThat(exchange.status() < 300 ? responses.fieldNames() : Set.of(status))
        .as("%s answers %s: %s", operation.name(), status, text(exchange.body()))
        .contains(status);
    JsonObject response =
        resolved(responses.getJsonObject(status, responses.getJsonObject("default")));
    JsonObject content = response.getJsonObject("content");
    if (content == null) {
      assertThat(exchange.body()).as(operation.name()).isEmpty();
      return;
    }
    String type = exchange.contentType().replaceFirst(";.*", "");
    assertThat(content.fieldNames()).as(operation.name()).contains(type);
    if (type.endsWith("json")) {
      validate(
          operation.name() + " " + status,
          content.getJsonObject(type).getJsonObject("schema"),
          exchange.body());
    }
  }

  private JsonObject resolved(JsonObject response) {
    String reference = response.getString("$ref");
    if (reference == null) {
      return response;
    }
    JsonObject at = document;
    for (String step : reference.substring(2).split("/", -1)) {
      at = at.getJsonObject(step);
    }
    return at;
  }

  private void validate(String what, JsonObject schema, byte[] json) {
    JsonSchema compiled =
        schemas.computeIfAbsent(
            what,
            first -> factory.getSchema(closed(schema).put("components", components).encode()));
    assertThat(compiled.validate(text(json), InputFormat.JSON))
        .as("%s: %s", what, text(json))
        .isEmpty();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** A copy in which objects have no other members than those listed. */
  private static JsonObject closed(JsonObject schema) {
    JsonObject copy = new JsonObject();
    for (String key : schema.fieldNames()) {
      copy.put(key, closedValue(schema.getValue(key)));
    }
    if (copy.getValue("properties") instanceof JsonObject
        && !copy.containsKey("additionalProperties")) {
      copy.put("additionalProperties", false);
    }
    return copy;
  }

  private static Object closedValue(Object value) {
    return switch (value) {
      case JsonObject object -> closed(object);
      case JsonArray array -> new JsonArray(array.stream().map(ApiContract::closedValue).toList());
      default -> value;
    };
  }
}
