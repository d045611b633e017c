package io.flotilla.controller.conversion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.http.codec.ApiJson;
import io.flotilla.registry.codec.RecordCodec;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NewConversionTest {
  @Test
  void successAndFailureAreRead() {
    assertThat(
            read("{'kind':'fp16','succeeded':true,'report':{'a':[1,{'b':null}]},"
                    + "'failure':null,'result':'digits:4'}")
                .result())
        .contains("digits:4");
    assertThat(
            read("{'kind':'int8','succeeded':false,'failure':{'code':'CONVERSION_INTOLERABLE',"
                    + "'message':'too far'}}")
                .failure())
        .map(NewConversion.Failure::code)
        .contains(ErrorCode.CONVERSION_INTOLERABLE);
  }

  @Test
  void aReportIsKeptAsItIsNullsIncluded() {
    String report = "{'accuracy':null,'sizeBytes':{'after':1,'before':2.5},'words':['x',null]}";

    NewConversion read = read("{'kind':'fp16','succeeded':true,'report':" + report + "}");

    assertThat(new String(ApiJson.encode(read), StandardCharsets.UTF_8))
        .contains(report.replace('\'', '"'));
    assertThat(RecordCodec.decode(RecordCodec.encode(read), NewConversion.class)).isEqualTo(read);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'kind':'fp16','succeeded':false}",
        "{'kind':'fp16','succeeded':true,'failure':{'code':'CONVERSION_FAILED','message':'x'}}",
        "{'kind':'fp16','succeeded':false,'failure':{'code':'NONSENSE','message':'x'}}",
        "{'kind':'fp16','succeeded':false,'result':'digits:4',"
            + "'failure':{'code':'CONVERSION_FAILED','message':'x'}}",
        "{'kind':'FP 16','succeeded':true}",
        "{'kind':'fp16','succeeded':true,'result':'digits'}",
        "{'kind':'fp16','succeeded':true,'result':'digits:0'}",
        "{'kind':'fp16','succeeded':true,'more':1}",
        "{'kind':'fp16','succeeded':true,'report':[1]}",
        "{'kind':'fp16','succeeded':true,'report':7}",
      })
  void whatContradictsItselfIsRefused(String json) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INPUT_INVALID));
  }

  @Test
  void aReportHasALimit() {
    assertThatThrownBy(
            () ->
                read(
                    "{'kind':'fp16','succeeded':true,'report':{'a':'%s'}}"
                        .formatted("x".repeat(NewConversion.MAX_REPORT_BYTES))))
        .isInstanceOf(FlotillaException.class)
        .hasMessageContaining("report");
  }

  private static NewConversion read(String json) {
    return ApiJson.decode(
        json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), NewConversion.class);
  }
}
