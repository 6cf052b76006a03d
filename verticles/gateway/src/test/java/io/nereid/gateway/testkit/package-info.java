/** Stands in for coordinator and nymphs, so that a gateway can be tested alone. */
package io.nereid.gateway.testkit;
