package io.flotilla.registry.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.Dimension;
import io.flotilla.bundle.tensor.ElementType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueryTest {
  private static final SearchDocument DIGITS =
      new SearchDocument(
          "digits-v2",
          3,
          new SearchDocument.Origin(
              Instant.parse("2026-11-01T08:30:00Z").toEpochMilli(),
              true,
              Optional.of("acme"),
              Optional.of("edge:2"),
              List.of("digits:4")),
          List.of(
              new SearchDocument.Input(
                  "pixels", ElementType.FP32, List.of(Dimension.open("batch"), Dimension.of(64))),
              new SearchDocument.Input("scale", ElementType.INT64, List.of())),
          Map.of("team", "vision", "cost centre", "a \"b\" c", "empty", ""),
          Map.of("accuracy", 0.93, "loss", -0.5),
          List.of("champion", "eu"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "   ",
        "name=digits-v2",
        "name=digits-*",
        "name=*",
        "name=d?g*-v?",
        "tag.team=vision",
        "tag.team",
        "tag.\"cost centre\"=\"a \\\"b\\\" c\"",
        "\"tag.cost centre\"",
        "tag.empty=\"\"",
        "tag.empty=",
        "alias=champion alias=eu",
        "metric.accuracy>0.9",
        "metric.accuracy>=.93 metric.accuracy<=0.93 metric.accuracy=0.93",
        "metric.loss<0 metric.loss>-1e0",
        "input=FP32[?,64]",
        "input=[7,64]",
        "input=[7, 64]",
        "input=[?,?]",
        "input=FP32",
        "input=[]",
        "input.pixels=FP32[1,64] input.scale=INT64[]",
        "registered>=2026-11-01",
        "registered=2026-11-01",
        "registered<=2026-11-01 registered<2026-11-02 registered>2026-10-31",
        "registered=2026-11-01T08:30:00Z registered>2026-11-01T08:29:59.999",
        "registered>=2026-11-01T09:30+01:00",
        "publisher=acme",
        "environment=edge environment=edge:2",
        "dataset=digits dataset=digits:4",
        "verified=true",
        "  tag.team=vision \t metric.accuracy>0.9  "
      })
  void matches(String text) {
    assertThat(Query.parse(text).matches(DIGITS)).as(text).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name=digits",
        "name=digits-v?2",
        "name=*x",
        "tag.team=Vision",
        "tag.other",
        "alias=candidate",
        "metric.accuracy>0.93",
        "metric.unknown<1000",
        "input=FP64[?,64]",
        "input=[?,63]",
        "input=[64]",
        "input.other=FP32",
        "input.pixels=INT64",
        "registered>2026-11-01",
        "registered<2026-11-01",
        "registered=2026-11-01T08:30:00.001Z",
        "publisher=acm",
        "environment=edge:1",
        "dataset=digits:1",
        "verified=false",
        "tag.team=vision verified=false"
      })
  void doesNotMatch(String text) {
    assertThat(Query.parse(text).matches(DIGITS)).as(text).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "team=vision",
        "digits",
        "name",
        "name>digits",
        "name=",
        "name=Digits",
        "tag.=x",
        "tag.a>b",
        "alias=A",
        "metric.accuracy",
        "metric.accuracy>high",
        "metric.accuracy>NaN",
        "metric.accuracy>1e999",
        "metric.a b>1",
        "input=",
        "input=FLOAT[1]",
        "input=[1,]",
        "input=[1",
        "input=[-1]",
        "registered>=yesterday",
        "registered>=2026-13-01",
        "registered>=+99999999999-01-01",
        "registered",
        "environment=a:b:c",
        "dataset=",
        "verified=maybe",
        "=",
        ">",
        "\"\""
      })
  void whatCannotBeReadIsRefusedAndThePlaceIsNamed(String text) {
    assertThat(refused(text)).contains("character 1 ");
    assertThat(refused("tag.team=vision  " + text)).contains("character 18 ");
  }

  @ParameterizedTest
  @CsvSource({"tag.a=\"x, 7", "metric.a=>1, 9", "metric.a==1, 9", "alias=a \"x, 9"})
  void placeOfAScanningErrorIsWhereItIs(String text, int at) {
    FlotillaException failure =
        catchThrowableOfType(FlotillaException.class, () -> Query.parse(text));
    assertThat(failure).hasMessageContaining("at character %d ".formatted(at));
  }

  @Test
  void lengthAndNumberOfTermsHaveLimits() {
    String longest = "tag.a=" + "x".repeat(Query.MAX_CHARS - 6);
    assertThatCode(() -> Query.parse(longest)).doesNotThrowAnyException();
    refused(longest + "x");
    String most = "tag.a ".repeat(Query.MAX_TERMS);
    assertThatCode(() -> Query.parse(most)).doesNotThrowAnyException();
    refused(most + "tag.a");
  }

  @Test
  void foreignTextInAMessageIsPrintable() {
    assertThat(refused("\u001b[31m=x")).doesNotContain("\u001b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"name", "-name", "registered", "-registered", "metric.a", "-metric.a.b"})
  void ordersAreReadAsTheyAreWritten(String text) {
    assertThat(Sort.parse(text)).hasToString(text);
    assertThat(Sort.parse("")).isEqualTo(Sort.NAME);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-", "--name", "model", "metric.", "metric.a b", "metric.a/b", "Name"})
  void unknownOrdersAreRefused(String text) {
    FlotillaException failure =
        catchThrowableOfType(FlotillaException.class, () -> Sort.parse(text));
    assertThat(failure.code()).isEqualTo(ErrorCode.QUERY_INVALID);
  }

  @Test
  void aTagCannotBeAskedForByWhatItIsNot() {
    assertThat(refused("tag.team!=vision")).contains("there is no !=");
  }

  private static String refused(String text) {
    FlotillaException failure =
        catchThrowableOfType(FlotillaException.class, () -> Query.parse(text));
    assertThat(failure).as(text).isNotNull();
    assertThat(failure.code()).isEqualTo(ErrorCode.QUERY_INVALID);
    return String.valueOf(failure.getMessage());
  }
}
