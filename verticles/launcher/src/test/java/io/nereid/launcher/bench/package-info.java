/** Tests of the bench's figures, without a container. */
package io.nereid.launcher.bench;
