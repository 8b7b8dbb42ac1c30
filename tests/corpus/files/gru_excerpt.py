def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))

def gru_step_forward(x_t, h_prev, Wzx, Wzh, bz, Wrx, Wrh, br, Wnx, Wnh, bn):
    """columns: x_t (D, 1), h_prev (H, 1)"""
    z = sigmoid(Wzx @ x_t + Wzh @ h_prev + bz)
    r = sigmoid(Wrx @ x_t + Wrh @ h_prev + br)
    n = np.tanh(Wnx @ x_t + Wnh @ (r * h_prev) + bn)
    return (1 - z) * h_prev + z * n, {"x_t": x_t, "h_prev": h_prev, "z": z, "r": r, "n": n}

def gru_step_backward(dh_t, cache, Wzx, Wzh, Wrx, Wrh, Wnx, Wnh):
    x_t, h_prev, z, r, n = cache["x_t"], cache["h_prev"], cache["z"], cache["r"], cache["n"]
    dan = dh_t * z * (1 - n**2)
    daz = dh_t * (n - h_prev) * z * (1 - z)
    drh = Wnh.T @ dan
    dar = drh * h_prev * r * (1 - r)
    return {
        "dx": Wzx.T @ daz + Wrx.T @ dar + Wnx.T @ dan,
        "dh_prev": dh_t * (1 - z) + drh * r + Wrh.T @ dar + Wzh.T @ daz,
        "dWzx": daz @ x_t.T, "dWzh": daz @ h_prev.T, "dbz": daz,
        "dWrx": dar @ x_t.T, "dWrh": dar @ h_prev.T, "dbr": dar,
        "dWnx": dan @ x_t.T, "dWnh": dan @ (r * h_prev).T, "dbn": dan,
    }
