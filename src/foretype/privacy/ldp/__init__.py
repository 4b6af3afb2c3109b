"""Local differential privacy: hit and miss counts leave a device only as noisy answers, and sums of many tell rates."""
