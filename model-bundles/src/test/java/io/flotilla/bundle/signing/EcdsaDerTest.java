package io.flotilla.bundle.signing;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EcdsaDerTest {
  private static final BigInteger ORDER = BigInteger.valueOf(1000);

  @Test
  void readsTheDistinguishedEncoding() {
    // SEQUENCE(7) { INTEGER(1) 1, INTEGER(2) 200 }
    assertThat(EcdsaDer.decode(hex("3007" + "020101" + "020200c8"), ORDER))
        .contains(new EcdsaDer.Value(BigInteger.ONE, BigInteger.valueOf(200)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "30",
        "3000",
        "3003020101", // too short
        "3006020101020100", // s = 0
        "3006020100020101", // r = 0
        "30060201ff020101", // r = -1
        "3008020203e8020203e8", // r = the order
        "300702020001020101", // r with a needless zero byte
        "3007020101020101" + "00", // a byte after the end, counted
        "3006020101020101" + "00", // a byte after the end, not counted
        "308106020101020101", // length in long form without need
        "3080020101020101" + "0000", // indefinite length
        "3106020101020101", // a set
        "3006030101020101", // a bit string
        "30060201010201", // cut
        "3006020001020101",
        "30050200020101",
      })
  void refusesEveryOtherEncoding(String encoding) {
    assertThat(EcdsaDer.decode(hex(encoding), ORDER)).isEmpty();
  }

  @Test
  void readsAndWritesTheLongFormThatP521Needs() {
    BigInteger large = Curve.P521.order().subtract(BigInteger.ONE);
    EcdsaDer.Value value = new EcdsaDer.Value(large, large);
    byte[] der = EcdsaDer.encode(value);
    assertThat(der).startsWith(0x30, 0x81, 136);
    assertThat(EcdsaDer.decode(der, Curve.P521.order())).contains(value);
    for (int length = 0; length < der.length; length++) {
      assertThat(EcdsaDer.decode(Arrays.copyOf(der, length), Curve.P521.order())).isEmpty();
    }
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }
}
