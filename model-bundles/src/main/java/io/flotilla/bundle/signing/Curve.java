package io.flotilla.bundle.signing;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.util.Arrays;
import java.util.Optional;

/** The NIST curves that sign, each with the hash that goes with it (FIPS 186-5). */
enum Curve {
  P256("secp256r1", "SHA-256", "SHA256withECDSA"),
  P384("secp384r1", "SHA-384", "SHA384withECDSA"),
  P521("secp521r1", "SHA-512", "SHA512withECDSA");

  private final String standardName;
  private final String hash;
  private final String signature;

  Curve(String standardName, String hash, String signature) {
    this.standardName = standardName;
    this.hash = hash;
    this.signature = signature;
  }

  /** Its name in SEC 2. */
  String standardName() {
    return standardName;
  }

  /** Platform name of its hash. */
  String hash() {
    return hash;
  }

  /** Platform name of its signature algorithm. */
  String signature() {
    return signature;
  }

  /** The curve of a key's parameters; empty if it is none of these. */
  static Optional<Curve> of(ECParameterSpec parameters) {
    return Arrays.stream(values()).filter(curve -> curve.isOf(parameters)).findFirst();
  }

  /** Its domain parameters. */
  ECParameterSpec parameters() {
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
      parameters.init(new ECGenParameterSpec(standardName));
      return parameters.getParameterSpec(ECParameterSpec.class);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java platform lacks " + standardName, e);
    }
  }

  /** Order of its group. */
  BigInteger order() {
    return parameters().getOrder();
  }

  /**
   * Whether a point is a finite one of this curve: y² = x³ + ax + b (mod p), coordinates below p.
   */
  boolean holds(ECPoint point) {
    if (point.equals(ECPoint.POINT_INFINITY)) {
      return false;
    }
    ECParameterSpec parameters = parameters();
    BigInteger p = ((ECFieldFp) parameters.getCurve().getField()).getP();
    BigInteger x = point.getAffineX();
    BigInteger y = point.getAffineY();
    BigInteger right =
        x.pow(3)
            .add(parameters.getCurve().getA().multiply(x))
            .add(parameters.getCurve().getB())
            .mod(p);
    return x.signum() >= 0
        && y.signum() >= 0
        && x.compareTo(p) < 0
        && y.compareTo(p) < 0
        && y.pow(2).mod(p).equals(right);
  }

  private boolean isOf(ECParameterSpec other) {
    ECParameterSpec own = parameters();
    return own.getCurve().equals(other.getCurve())
        && own.getGenerator().equals(other.getGenerator())
        && own.getOrder().equals(other.getOrder())
        && own.getCofactor() == other.getCofactor();
  }
}
