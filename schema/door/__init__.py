"""The HTTP addresses: what is asked is read, admitted, charged, run and answered."""
